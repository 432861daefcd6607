// SPDX-License-Identifier: Apache-2.0

/// How far apart two spellings are.
enum EditDistance {
  /// The fewest insertions, deletions, substitutions and exchanges of neighbours that make one text the other
  /// (optimal string alignment).
  static func between(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first), Array(second))
    var before: [Int] = []
    var above = Array(0...second.count)
    for (row, letter) in first.enumerated() {
      var current = [row + 1]
      for (column, other) in second.enumerated() {
        var distance = min(
          above[column + 1] + 1, current[column] + 1, above[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
          distance = min(distance, before[column - 1] + 1)
        }
        current.append(distance)
      }
      (before, above) = (above, current)
    }
    return above[second.count]
  }
}

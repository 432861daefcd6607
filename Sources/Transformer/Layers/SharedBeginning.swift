// SPDX-License-Identifier: Apache-2.0

/// Neighboring texts that a model processes together: side by side, or, where they share a
/// prefix that is long enough, as one trunk with branches.
package struct SharedBeginning: Equatable {
  /// The texts, by index.
  package private(set) var members: Range<Int>
  /// The length of the prefix that all of them share; 0 where they are processed side by side.
  package private(set) var trunk = 0
  /// How many rows the model processes.
  package private(set) var rowCount: Int

  /// How much may be processed at a time; a larger text is processed alone.
  package struct Limits {
    var rows, tokens, texts: Int
    let positions: PromptPositions?

    /// Rows that the attention may see where a number of rows is processed: it sees each text whole, trunk included.
    package static func attended(_ rows: Int) -> Int { 4 * rows }

    /// - Parameters:
    ///   - rows: Rows that the model processes at a time.
    ///   - texts: Texts.
    ///   - positions: Where interventions change prompts: texts share a trunk only where they have
    ///     the same positions in it.
    package init(rows: Int, texts: Int = .max, positions: PromptPositions? = nil) {
      self.rows = rows
      self.texts = texts
      self.positions = positions
      tokens = Self.attended(rows)
    }
  }

  /// A shorter trunk is not worth gathering.
  static let shortestTrunk = 32

  /// All texts, in groups of neighbors.
  package static func groups(of texts: [[Int32]], limits: Limits) -> [SharedBeginning] {
    var groups: [SharedBeginning] = []
    while let next = next(texts[(groups.last?.members.upperBound ?? 0)...], limits: limits) {
      groups.append(next)
    }
    return groups
  }

  /// The first group of some texts; nil where there are none.
  package static func next(
    _ texts: ArraySlice<[Int32]>, limits: Limits
  ) -> SharedBeginning? {
    guard let first = texts.first else { return nil }
    var group = SharedBeginning(
      members: texts.startIndex..<texts.startIndex + 1, rowCount: first.count)
    var tokens = first.count
    for text in texts.dropFirst() {
      let isPair = group.members.count == 1
      guard isPair || group.trunk > 0 else {
        guard group.rowCount + text.count <= limits.rows, group.members.count < limits.texts
        else { break }
        group.add(rowCount: group.rowCount + text.count, trunk: 0)
        continue
      }
      let beginning = isPair ? first[...] : first[..<group.trunk]
      let common = zip(beginning, text).prefix { $0 == $1 }.count
      let shares =
        common >= shortestTrunk
        && limits.positions?.agree(first.count, text.count, trunk: common) ?? true
      guard isPair || shares, group.members.count < limits.texts else { break }
      tokens += text.count
      let members = group.members.count + 1
      let rows = shares ? tokens - (members - 1) * common : tokens
      guard rows <= limits.rows, tokens <= limits.tokens else { break }
      group.add(rowCount: rows, trunk: shares ? common : 0)
    }
    return group
  }

  private mutating func add(rowCount: Int, trunk: Int) {
    members = members.lowerBound..<members.upperBound + 1
    self.rowCount = rowCount
    self.trunk = trunk
  }
}

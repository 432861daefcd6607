// SPDX-License-Identifier: Apache-2.0

/// Two texts side by side.
///
/// Every character counts as one column wide; wide scripts therefore overhang.
package enum TextColumns {
  /// Below this many columns on the screen, texts are easier to read one after the other.
  package static let narrowest = 72

  /// The lines of two texts next to each other.
  package static func lines(_ left: String, _ right: String, width: Int) -> [String] {
    let column = (width - 3) / 2
    let (left, right) = (wrapped(left, column), wrapped(right, column))
    return (0..<max(left.count, right.count)).map { row in
      let first = row < left.count ? left[row] : ""
      let second = row < right.count ? right[row] : ""
      let gap = String(repeating: " ", count: max(0, column - first.count))
      return second.isEmpty ? first + gap + " |" : first + gap + " | " + second
    }
  }

  /// The lines of a text, broken at spaces; a longer word is cut.
  package static func wrapped(_ text: String, _ width: Int) -> [String] {
    precondition(width >= 1, "no room for a character")
    return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
      var lines: [String] = []
      var rest = paragraph
      while rest.count > width {
        // A space may stand just past the edge: it is not shown.
        let space = rest.prefix(width + 1).lastIndex(of: " ").flatMap {
          $0 > rest.startIndex ? $0 : nil
        }
        let end = space ?? rest.index(rest.startIndex, offsetBy: width)
        lines.append(String(rest[..<end]))
        rest = space == nil ? rest[end...] : rest[end...].dropFirst()
      }
      return lines + [String(rest)]
    }
  }
}

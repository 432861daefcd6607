// SPDX-License-Identifier: Apache-2.0

/// A pattern of file names in which an asterisk stands for any characters; capitals are small letters.
package struct NamePattern: Sendable, ExpressibleByStringLiteral {
  private let parts: [Substring]

  /// Reads a pattern in small letters.
  package init(stringLiteral text: String) {
    parts = text.split(separator: "*", omittingEmptySubsequences: false)
  }

  /// Whether a name fits.
  package func matches(_ name: String) -> Bool {
    var rest = name.lowercased()[...]
    for (index, part) in parts.enumerated() {
      if index == 0 {
        guard rest.hasPrefix(part) else { return false }
        rest = rest.dropFirst(part.count)
      } else if index == parts.count - 1 {
        return rest.hasSuffix(part)
      } else if let found = rest.firstRange(of: part) {
        rest = rest[found.upperBound...]
      } else {
        return false
      }
    }
    return rest.isEmpty
  }
}

// SPDX-License-Identifier: Apache-2.0

/// Prose broken into lines for a terminal.
enum WrappedText {
  /// Lines of at most a given number of characters, broken at spaces; a longer word has a line of its own.
  static func lines(_ text: String, width: Int = 100) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

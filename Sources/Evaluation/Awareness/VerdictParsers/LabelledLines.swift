// SPDX-License-Identifier: Apache-2.0

/// The lines "label: value" of a judge's reply, in any case and with or without Markdown's asterisks.
struct LabelledLines {
  private let lines: [(label: String, value: String)]

  init(_ reply: String) {
    lines = reply.split(whereSeparator: \.isNewline).compactMap { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      return (Self.plain(parts[0]), Self.plain(parts[1]))
    }
  }

  /// The values of a label, each once, in the order in which they come.
  func values(of label: String) -> [String] {
    // A server may reply with a million of them.
    var seen: Set<String> = []
    return lines.filter { $0.label == label && seen.insert($0.value).inserted }.map(\.value)
  }

  /// Yes or no; nil where the label is absent, twice with different values, or has another value.
  func isYes(_ label: String) -> Bool? {
    switch values(of: label) {
    case ["yes"]: true
    case ["no"]: false
    default: nil
    }
  }

  private static func plain(_ text: Substring) -> String {
    text.lowercased().filter { $0 != "*" && $0 != "'" && $0 != "`" }
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
      .trimmingSuffix(".")
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}

// SPDX-License-Identifier: Apache-2.0

extension JSON {
  /// The value as JSON text; equal values give equal text.
  ///
  /// The order of members is preserved. A Double is written as the shortest text that parses to the
  /// same number; NaN and infinities, which JSON cannot represent, become `null`. Indented text
  /// uses two spaces per level, ends in a newline, and has an array of scalars on one line if it
  /// fits in 100 columns.
  public func serialized(indented: Bool = true) -> String {
    var text = ""
    if indented {
      appendIndented(to: &text, level: 0)
      text += "\n"
    } else {
      appendCompact(to: &text, separator: ",", colon: ":")
    }
    return text
  }

  /// The value on one line; nil if that takes more than `limit` bytes.
  ///
  /// The work is bounded by the limit, not by the size of the value.
  func serialized(upTo limit: Int) -> String? {
    var text = ""
    return appendCompact(to: &text, separator: ",", colon: ":", limit: limit) ? text : nil
  }

  private func appendIndented(to text: inout String, level: Int) {
    let inner = String(repeating: " ", count: 2 * (level + 1))
    let outer = String(repeating: " ", count: 2 * level)
    switch self {
    case .array(let elements) where !elements.isEmpty:
      if elements.allSatisfy({ !$0.isContainer }) {
        var line = ""
        if appendCompact(to: &line, separator: ", ", colon: ": ", limit: 100 - 2 * level) {
          text += line
          return
        }
      }
      text += "[\n"
      for (index, element) in elements.enumerated() {
        text += inner
        element.appendIndented(to: &text, level: level + 1)
        text += index == elements.count - 1 ? "\n" : ",\n"
      }
      text += outer + "]"
    case .object(let object) where object.count > 0:
      text += "{\n"
      for (index, (key, value)) in object.members.enumerated() {
        text += inner
        Self.appendQuoted(key, to: &text)
        text += ": "
        value.appendIndented(to: &text, level: level + 1)
        text += index == object.count - 1 ? "\n" : ",\n"
      }
      text += outer + "}"
    default:
      appendCompact(to: &text, separator: ", ", colon: ": ")
    }
  }

  /// Appends the value on one line.
  ///
  /// - Returns: False if the text becomes longer than `limit` bytes; part of the value may then
  ///   have been appended.
  @discardableResult
  private func appendCompact(
    to text: inout String, separator: String, colon: String, limit: Int = .max
  ) -> Bool {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? value.description : "null"
    case .string(let value):
      guard value.utf8.count <= limit else { return false }
      Self.appendQuoted(value, to: &text)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += separator }
        guard element.appendCompact(to: &text, separator: separator, colon: colon, limit: limit)
        else { return false }
      }
      text += "]"
    case .object(let object):
      text += "{"
      for (index, (key, value)) in object.members.enumerated() {
        if index > 0 { text += separator }
        guard key.utf8.count <= limit else { return false }
        Self.appendQuoted(key, to: &text)
        text += colon
        guard value.appendCompact(to: &text, separator: separator, colon: colon, limit: limit)
        else { return false }
      }
      text += "}"
    }
    return text.utf8.count <= limit
  }

  private var isContainer: Bool {
    switch self {
    case .array(let elements): !elements.isEmpty
    case .object(let object): object.count > 0
    default: false
    }
  }

  private static func appendQuoted(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

// SPDX-License-Identifier: Apache-2.0

/// The filter `tojson`, which transformers redefines as `json.dumps(value, ensure_ascii=False)`.
struct JSONText {
  private let interpreter: Interpreter
  private let isASCII: Bool
  private let sortsKeys: Bool
  /// The indentation of one level; nil for output on one line.
  private let indent: String?
  private let separators: (item: String, key: String)

  init(_ arguments: BoundArguments, _ interpreter: Interpreter) throws {
    self.interpreter = interpreter
    isASCII = arguments.flag("ensure_ascii")
    sortsKeys = arguments.flag("sort_keys")
    switch arguments["indent"] {
    case nil, .some(.none): indent = nil
    case .string(let text)?: indent = text
    default:
      let width = try max(0, arguments.integer("indent", default: 0))
      try interpreter.charge(bytes: width)
      indent = String(repeating: " ", count: width)
    }
    switch arguments["separators"] {
    case nil, .some(.none): separators = (indent == nil ? ", " : ",", ": ")
    case let pair?:
      let parts = try interpreter.elements(of: pair)
      guard parts.count == 2, case .string(let item) = parts[0], case .string(let key) = parts[1]
      else { throw interpreter.failure("separators of tojson must be two strings") }
      separators = (item, key)
    }
  }

  func text(of value: Value) throws -> String {
    var text = ""
    try append(value, level: 0, to: &text)
    return text
  }

  private func append(_ value: Value, level: Int, to text: inout String) throws {
    try interpreter.charge()
    switch value {
    case .none: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += Self.number(value)
    case .string(let string), .markup(let string): try appendQuoted(string, to: &text)
    case .list(let list), .tuple(let list):
      try append(list.values, "[", "]", level, to: &text) { element, text in
        try append(element, level: level + 1, to: &text)
      }
    case .mapping(let mapping):
      try append(members(of: mapping), "{", "}", level, to: &text) { member, text in
        try appendQuoted(key(member.key), to: &text)
        text += separators.key
        try append(member.value, level: level + 1, to: &text)
      }
    default:
      throw interpreter.failure(
        "Object of type \(value.typeName) is not JSON serializable")
    }
    if text.utf8.count > TemplateLimits.outputBytes {
      try interpreter.charge(bytes: text.utf8.count)
    }
  }

  private func append<Element>(
    _ elements: [Element], _ opening: String, _ closing: String, _ level: Int,
    to text: inout String, _ body: (Element, inout String) throws -> Void
  ) throws {
    text += opening
    for (index, element) in elements.enumerated() {
      if index > 0 { text += separators.item }
      try appendBreak(level + 1, to: &text)
      try body(element, &text)
    }
    if !elements.isEmpty { try appendBreak(level, to: &text) }
    text += closing
  }

  private func appendBreak(_ level: Int, to text: inout String) throws {
    guard let indent else { return }
    try interpreter.charge(bytes: indent.utf8.count * level)
    text += "\n" + String(repeating: indent, count: level)
  }

  private func members(of mapping: Mapping) throws -> [(key: Value, value: Value)] {
    let members = Array(zip(mapping.keys, mapping.values)).map { (key: $0, value: $1) }
    guard sortsKeys else { return members }
    return try members.sorted { try interpreter.precedes($0.key, $1.key) }
  }

  private func key(_ key: Value) throws -> String {
    switch key {
    case .string(let text): text
    case .none: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): Self.number(value)
    default:
      throw interpreter.failure(
        "keys must be str, int, float, bool or None, not \(key.typeName)")
    }
  }

  private static func number(_ value: Double) -> String {
    guard !value.isFinite else { return PythonNumber.text(value) }
    return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
  }

  private func appendQuoted(_ string: String, to text: inout String) throws {
    try interpreter.charge(bytes: string.utf8.count)
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
      case "\u{0}"..<" ": text += Self.escape(scalar.value)
      case _ where isASCII && !scalar.isASCII:
        for unit in String(scalar).utf16 { text += Self.escape(UInt32(unit)) }
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  private static func escape(_ unit: UInt32) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}

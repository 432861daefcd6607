// SPDX-License-Identifier: Apache-2.0

extension Interpreter {
  /// `str(value)`.
  func string(of value: Value) throws -> String {
    switch value {
    case .undefined: return ""
    case .string(let text), .markup(let text):
      try charge(bytes: text.utf8.count)
      return text
    default: return try representation(of: value)
    }
  }

  /// `repr(value)`.
  func representation(of value: Value) throws -> String {
    var text = ""
    try appendRepresentation(of: value, to: &text)
    return text
  }

  private func appendRepresentation(of value: Value, to text: inout String) throws {
    try charge()
    switch value {
    case .undefined: text += "Undefined"
    case .none: text += "None"
    case .boolean(let value): text += value ? "True" : "False"
    case .integer(let value): text += String(value)
    case .number(let value): text += PythonNumber.text(value)
    case .string(let string):
      try charge(bytes: string.utf8.count)
      text += Self.quoted(string)
    case .list(let list): try append(list.values, "[", "]", to: &text)
    case .tuple(let list):
      try append(list.values, "(", list.values.count == 1 ? ",)" : ")", to: &text)
    case .view(let list, let name):
      text += "dict_\(name)("
      try append(list.values, "[", "])", to: &text)
    case .mapping(let mapping):
      text += "{"
      for (index, (key, value)) in zip(mapping.keys, mapping.values).enumerated() {
        if index > 0 { text += ", " }
        try appendRepresentation(of: key, to: &text)
        text += ": "
        try appendRepresentation(of: value, to: &text)
      }
      text += "}"
    case .range(let range):
      text += "range(\(range.start), \(range.stop)"
      text += range.step == 1 ? ")" : ", \(range.step))"
    case .loop(let loop): text += "<LoopContext \(loop.index + 1)/\(loop.elements.count)>"
    case .macro(let macro): text += "<Macro \(Self.quoted(macro.definition.name))>"
    case .markup, .iterator, .namespace, .function, .method:
      throw failure("printing a \(value.typeName) is not supported")
    }
    if text.utf8.count > TemplateLimits.outputBytes { try charge(bytes: text.utf8.count) }
  }

  private func append(
    _ values: [Value], _ opening: String, _ closing: String, to text: inout String
  ) throws {
    text += opening
    for (index, value) in values.enumerated() {
      if index > 0 { text += ", " }
      try appendRepresentation(of: value, to: &text)
    }
    text += closing
  }

  /// The text as a quoted literal, as `repr` writes it.
  static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
    var result = String.UnicodeScalarView([quote])
    for scalar in scalars {
      switch scalar {
      case quote, "\\": result.append(contentsOf: ["\\", scalar])
      case "\n": result.append(contentsOf: ["\\", "n"])
      case "\r": result.append(contentsOf: ["\\", "r"])
      case "\t": result.append(contentsOf: ["\\", "t"])
      case _ where PythonText.isPrintable(scalar): result.append(scalar)
      default: result.append(contentsOf: escape(scalar).unicodeScalars)
      }
    }
    result.append(quote)
    return String(result)
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    let (letter, width) =
      scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
    return "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
  }
}

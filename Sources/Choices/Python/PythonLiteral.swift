// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINEvaluation
package import SPINJSON

/// Reads a Python literal, as `ast.literal_eval` does: the column `problems` of RACE is one.
///
/// Strings with their escapes, integers, True, False, None, lists, tuples and dictionaries whose
/// keys are strings. Anything else is refused.
package struct PythonLiteral {
  private static let depthLimit = 64
  private let scalars: [Unicode.Scalar]
  private let place: String
  private var index = 0

  private init(_ text: String, at place: String) {
    scalars = Array(text.unicodeScalars)
    self.place = place
  }

  /// The value of a literal.
  ///
  /// - Parameters:
  ///   - text: The literal.
  ///   - place: Where it is, for messages.
  /// - Throws: `SPINError` where it is none, or one of another kind.
  package static func value(of text: String, at place: String) throws -> JSON {
    var reader = PythonLiteral(text, at: place)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.index == reader.scalars.count else {
      throw reader.failure("continues after its end")
    }
    return value
  }

  private mutating func value(depth: Int) throws -> JSON {
    guard depth < Self.depthLimit else { throw failure("is nested too deeply") }
    skipSpace()
    guard let first = peek else { throw failure("ends too early") }
    switch first {
    case "'", "\"": return .string(try string(first))
    case "[": return .array(try elements(until: "]", depth: depth))
    case "(": return .array(try elements(until: ")", depth: depth))
    case "{": return .object(try members(depth: depth))
    default: return try word()
    }
  }

  private mutating func elements(until end: Unicode.Scalar, depth: Int) throws -> [JSON] {
    var elements: [JSON] = []
    try list(until: end) { reader in elements.append(try reader.value(depth: depth + 1)) }
    return elements
  }

  private mutating func members(depth: Int) throws -> JSONObject {
    var object = JSONObject()
    try list(until: "}") { reader in
      guard let key = try reader.value(depth: depth + 1).string else {
        throw reader.failure("has a key that is no string")
      }
      reader.skipSpace()
      guard reader.take(":") else { throw reader.failure("has a key without a value") }
      object[key] = try reader.value(depth: depth + 1)
    }
    return object
  }

  private mutating func list(
    until end: Unicode.Scalar, _ element: (inout PythonLiteral) throws -> Void
  ) throws {
    index += 1
    skipSpace()
    while !take(end) {
      try element(&self)
      skipSpace()
      if take(end) { return }
      guard take(",") else { throw failure("lacks a comma or \"\(end)\"") }
      skipSpace()
    }
  }

  private mutating func string(_ quote: Unicode.Scalar) throws -> String {
    index += 1
    var text = String.UnicodeScalarView()
    while let scalar = peek {
      index += 1
      if scalar == quote { return String(text) }
      guard scalar == "\\" else {
        text.append(scalar)
        continue
      }
      guard let escaped = peek else { break }
      index += 1
      switch escaped {
      case "\\", "'", "\"": text.append(escaped)
      case "n": text.append("\n")
      case "t": text.append("\t")
      case "r": text.append("\r")
      case "a": text.append("\u{7}")
      case "b": text.append("\u{8}")
      case "f": text.append("\u{C}")
      case "v": text.append("\u{B}")
      case "x": text.append(try code(digits: 2))
      case "u": text.append(try code(digits: 4))
      case "U": text.append(try code(digits: 8))
      default: throw failure("has the escape \"\\\(escaped)\"")
      }
    }
    throw failure("has a string that does not end")
  }

  private mutating func code(digits: Int) throws -> Unicode.Scalar {
    let text = String(String.UnicodeScalarView(scalars[index...].prefix(digits)))
    index = min(scalars.count, index + digits)
    guard text.utf8.count == digits, let value = UInt32(text, radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw failure("has an escape that names no character") }
    return scalar
  }

  private mutating func word() throws -> JSON {
    let rest = scalars[index...].prefix {
      $0.properties.isAlphabetic || "+-0123456789".unicodeScalars.contains($0)
    }
    index += rest.count
    let word = String(String.UnicodeScalarView(rest))
    switch word {
    case "True": return true
    case "False": return false
    case "None": return nil
    default:
      guard let number = Int64(word) else { throw failure("has \"\(word)\" where a value belongs") }
      return .integer(number)
    }
  }

  private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == scalar else { return false }
    index += 1
    return true
  }

  private mutating func skipSpace() {
    while let scalar = peek, " \t\n\r".unicodeScalars.contains(scalar) { index += 1 }
  }

  private func failure(_ message: String) -> SPINError {
    SPINError(.malformedInput, at: place, "a Python literal \(message), at character \(index)")
  }
}

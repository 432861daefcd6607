// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A JSON value.
///
/// Objects preserve the order of their members, so that a document can be rewritten and results can
/// be compared by eye. A number is an integer or not by how it is written: `1` is an integer and
/// `1.0` is not.
public enum JSON: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction or exponent that fits in 64 bits.
  case integer(Int64)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSON])
  /// An object.
  indirect case object(JSONObject)

  /// Parses a document.
  ///
  /// Integers beyond 64 bits become the nearest Double, since Hugging Face's tokenizers write 10^30
  /// for "no limit".
  ///
  /// - Parameters:
  ///   - bytes: UTF-8, without a byte order mark.
  ///   - path: The name of the document, for messages.
  /// - Throws: `SPINError` with code `malformedInput` that names the line and column.
  public init(parsing bytes: [UInt8], path: String) throws {
    var reader = try JSONReader(bytes, path: path)
    self = try reader.readJSON()
    try reader.finish()
  }
}

extension JSONReader {
  /// Reads a value of any kind as a tree.
  ///
  /// A tree takes about 24 bytes of memory per byte of `[1,1,1]`, 38 per byte of `[{},{},{}]`, and
  /// less for typical documents.
  package mutating func readJSON() throws -> JSON {
    try readJSON(in: JSONPlace(file: path), at: .whole)
  }

  private mutating func readJSON(
    in container: JSONPlace, at step: JSONPlace.Step
  ) throws -> JSON {
    switch try peekKind() {
    case .null:
      try readNull()
      return .null
    case .bool:
      return .bool(try readBool())
    case .string:
      return .string(try readString())
    case .number:
      let number = try scanNumber()
      if number.isInteger, let value = integer(number.range), value != 0 || !isNegative(number) {
        return .integer(Int64(value))
      }
      return .number(try double(number.range))
    case .array:
      var elements: [JSON] = []
      let place = JSONPlace(file: path, in: container, at: step)
      try readArray { index, reader in
        let element = try reader.readJSON(in: place, at: .index(index))
        elements.reserveForGrowth()
        elements.append(element)
      }
      return .array(elements)
    case .object:
      var object = JSONObject(in: container, at: step)
      var place: JSONPlace?
      try readMembers { bytes, reader in
        let key = String(decoding: bytes, as: UTF8.self)
        guard object[key] == nil else { throw reader.repeated(key, bytes, in: object) }
        let inner = place ?? JSONPlace(file: reader.path, in: container, at: step)
        place = inner
        object[key] = try reader.readJSON(in: inner, at: .key(key))
      }
      return .object(object)
    }
  }

  private func repeated(_ key: String, _ bytes: ArraySlice<UInt8>, in object: JSONObject)
    -> SPINError
  {
    let isSpeltAlike = object.keys.contains { $0.utf8.elementsEqual(bytes) }
    return failure(
      isSpeltAlike
        ? "the key \"\(key)\" occurs twice in one object"
        : "the key \"\(key)\" occurs twice, in two Unicode spellings")
  }

  /// Whether a number has a minus sign; -0 is read as a Double, because an integer would lose the
  /// sign.
  private func isNegative(_ number: JSONNumber) -> Bool {
    bytes[number.range.lowerBound] == UInt8(ascii: "-")
  }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// An object with its members in the order written.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }

  /// An integer.
  public init(_ value: Int) { self = .integer(Int64(value)) }
  /// A number; NaN and infinities are serialized as `null`.
  public init(_ value: Double) { self = .number(value) }
  /// A string; nil becomes `null`.
  public init(_ value: String?) { self = value.map { .string($0) } ?? .null }
}

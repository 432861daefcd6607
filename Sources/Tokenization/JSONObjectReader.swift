// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// A JSON object inside a larger document, with its location for error messages.
struct JSONObjectReader {
  private let object: JSONObject
  /// The document and the path to the object: `tokenizer.json: decoder.decoders[1]`.
  let location: String

  init(_ json: JSON, at location: String) throws {
    guard let object = json.object else {
      throw SPINError(.malformedInput, at: location, "is \(json.brief), expected an object")
    }
    self.object = object
    self.location = location
  }

  func required<Value: JSONReadable>(_ key: String, as type: Value.Type) throws -> Value {
    guard let value = try optional(key, as: type) else {
      throw failure(key, "is missing, expected \(type.jsonName)")
    }
    return value
  }

  /// The value of a key; nil if the key is absent or null.
  func optional<Value: JSONReadable>(
    _ key: String, as type: Value.Type = Value.self
  ) throws -> Value? {
    guard let json = object[key], json != .null else { return nil }
    guard let value = Value(json: json) else {
      throw failure(key, "is \(json.brief), expected \(type.jsonName)")
    }
    return value
  }

  /// The object under a key that must be present.
  func child(_ key: String) throws -> JSONObjectReader {
    try JSONObjectReader(required(key, as: JSON.self), at: "\(location).\(key)")
  }

  /// The keys in order.
  var keys: [String] { object.keys }

  func failure(_ key: String, _ message: String, remedy: String? = nil) -> SPINError {
    SPINError(.malformedInput, at: "\(location).\(key)", message, remedy: remedy)
  }

  /// An error for a value that is well-formed but not supported.
  func unsupported(_ key: String, _ value: String, supported: String) -> SPINError {
    SPINError(
      .malformedInput, at: "\(location).\(key)",
      "\(quoted(Array(value.utf8))) is not supported, expected \(supported)")
  }
}

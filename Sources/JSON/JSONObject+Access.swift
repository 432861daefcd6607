// SPDX-License-Identifier: Apache-2.0

public import SPINErrors

/// A Swift type as which a JSON value can be read, strictly, without conversions.
public protocol JSONReadable {
  /// The name of such a value in messages, with its article: "an integer".
  static var jsonName: String { get }
  /// Reads a value; nil if it is of another kind.
  init?(json: JSON)
}

extension JSONObject {
  /// The value of a key that must be present.
  ///
  ///     let hiddenSize = try config.required("hidden_size", as: Int.self)
  ///
  /// - Throws: `SPINError` that names the document, the key, the value found and the type expected,
  ///   if the key is missing or its value is of another kind.
  public func required<Value: JSONReadable>(
    _ key: String, as type: Value.Type = Value.self, code: SPINError.Code = .malformedInput
  ) throws -> Value {
    guard let json = self[key] else {
      throw failure(key, "is missing, expected \(type.jsonName)", code: code)
    }
    return try read(json, key, code)
  }

  /// The value of a key that may be absent or `null`.
  ///
  /// - Throws: `SPINError` like `required`, if the value is present and of another kind.
  public func optional<Value: JSONReadable>(
    _ key: String, as type: Value.Type = Value.self, code: SPINError.Code = .malformedInput
  ) throws -> Value? {
    guard let json = self[key], json != .null else { return nil }
    return try read(json, key, code)
  }

  /// An error about a key of this object: `config.json: key "rope_scaling.factor": ...`.
  ///
  /// - Parameters:
  ///   - key: The key, which need not be present.
  ///   - message: What was found and what was expected.
  ///   - code: The kind of failure.
  ///   - remedy: What the user can do about it.
  public func failure(
    _ key: String, _ message: String, code: SPINError.Code = .malformedInput, remedy: String? = nil
  ) -> SPINError {
    let whole = JSONPlace.path(keyPath, .key(key))
    let place = "key \"\(whole)\""
    return SPINError(
      code, at: file.isEmpty ? place : "\(file): \(place)", message, remedy: remedy)
  }

  private func read<Value: JSONReadable>(
    _ json: JSON, _ key: String, _ code: SPINError.Code
  ) throws -> Value {
    guard let value = Value(json: json) else {
      // An integer that cannot be read as `Int` is too large.
      var expected = Value.jsonName
      if case .integer = json, Value.self == Int.self { expected += " from -2^53 to 2^53" }
      throw failure(key, "is \(json.brief), expected \(expected)", code: code)
    }
    return value
  }
}

extension JSON {
  /// The value as it appears in messages: short values in full, long containers by kind, long
  /// strings abbreviated.
  public var brief: String {
    // The names that Python uses, since only Python writes such numbers.
    if case .number(let value) = self, !value.isFinite {
      return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    }
    if let text = serialized(upTo: 60) { return text }
    return switch self {
    case .array(let elements): "an array of \(elements.count)"
    case .object(let object): "an object with \(object.count) keys"
    case .string(let text):
      String(
        JSON.string(String(text.unicodeScalars.prefix(60))).serialized(indented: false)
          .unicodeScalars.prefix(57)) + "..."
    default: String(serialized(indented: false).unicodeScalars.prefix(57)) + "..."
    }
  }

  /// The members of a document that must be an object.
  ///
  /// - Throws: `SPINError` that names the document and the kind found instead.
  public func requireObject(
    at path: String, code: SPINError.Code = .malformedInput
  ) throws -> JSONObject {
    guard let object else { throw SPINError(code, at: path, "is \(brief), expected an object") }
    return object
  }

  /// The members, if this is an object; otherwise nil.
  public var object: JSONObject? { JSONObject(json: self) }
  /// The elements, if this is an array; otherwise nil.
  public var array: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }
  /// The string, if this is one; otherwise nil.
  public var string: String? { String(json: self) }
}

extension Int: JSONReadable {
  /// The name in messages.
  public static var jsonName: String { "an integer" }
  /// Reads an integer from -2^53 to 2^53; nil for all other values.
  ///
  /// All JSON readers represent these integers exactly (RFC 8259, section 6). Untrusted sizes and
  /// counts can then be added a thousand times without overflow of 64 bits; code that multiplies
  /// them must bound them first.
  public init?(json: JSON) {
    guard case .integer(let value) = json, value.magnitude <= 1 << 53 else { return nil }
    self.init(value)
  }
}

extension Double: JSONReadable {
  /// The name in messages.
  public static var jsonName: String { "a number" }
  /// Reads a value of this kind only.
  public init?(json: JSON) {
    switch json {
    case .integer(let value): self.init(value)
    case .number(let value): self = value
    default: return nil
    }
  }
}

extension Bool: JSONReadable {
  /// The name in messages.
  public static var jsonName: String { "true or false" }
  /// Reads a value of this kind only.
  public init?(json: JSON) {
    guard case .bool(let value) = json else { return nil }
    self = value
  }
}

extension String: JSONReadable {
  /// The name in messages.
  public static var jsonName: String { "a string" }
  /// Reads a value of this kind only.
  public init?(json: JSON) {
    guard case .string(let value) = json else { return nil }
    self = value
  }
}

extension JSONObject: JSONReadable {
  /// The name in messages.
  public static var jsonName: String { "an object" }
  /// Reads a value of this kind only.
  public init?(json: JSON) {
    guard case .object(let value) = json else { return nil }
    self = value
  }
}

extension JSON: JSONReadable {
  /// The name in messages.
  public static var jsonName: String { "a value" }
  /// Reads a value of this kind only.
  public init?(json: JSON) { self = json }
}

extension Array: JSONReadable where Element: JSONReadable {
  /// The name in messages.
  public static var jsonName: String { "an array, each element \(Element.jsonName)" }
  /// Reads a value of this kind only.
  public init?(json: JSON) {
    guard case .array(let elements) = json else { return nil }
    self = []
    reserveCapacity(elements.count)
    for element in elements {
      guard let value = Element(json: element) else { return nil }
      append(value)
    }
  }
}

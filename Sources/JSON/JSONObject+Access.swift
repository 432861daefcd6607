// SPDX-License-Identifier: Apache-2.0

public import SPINErrors

/// A Swift type that a JSON value can be read as, strictly: nothing is converted.
public protocol JSONReadable {
  /// What such a value is called in messages, with its article: "an integer".
  static var jsonName: String { get }
  /// Nil where the value is of another kind.
  init?(json: JSON)
}

extension JSONObject {
  /// The value of a key that has to be there.
  ///
  ///     let hiddenSize = try config.required("hidden_size", as: Int.self)
  ///
  /// - Throws: `SPINError` that names the document, the key, the value found and the type expected,
  ///   where the key is missing or its value is of another kind.
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
  /// - Throws: `SPINError` as `required` does, where a value is there and of another kind.
  public func optional<Value: JSONReadable>(
    _ key: String, as type: Value.Type = Value.self, code: SPINError.Code = .malformedInput
  ) throws -> Value? {
    guard let json = self[key], json != .null else { return nil }
    return try read(json, key, code)
  }

  /// An error about one key of this object, as `config.json: key "rope_scaling.factor": ...`.
  ///
  /// - Parameters:
  ///   - key: The key, which need not exist.
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
      // An integer that is none to this reader is too large.
      var expected = Value.jsonName
      if case .integer = json, Value.self == Int.self { expected += " from -2^53 to 2^53" }
      throw failure(key, "is \(json.brief), expected \(expected)", code: code)
    }
    return value
  }
}

extension JSON {
  /// The value as it appears in messages: short values in full, long ones by kind.
  public var brief: String {
    // Python's names, since only Python writes such numbers.
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

  /// The members of a document that has to be an object.
  ///
  /// - Throws: `SPINError` that names the document and what it is instead.
  public func requireObject(
    at path: String, code: SPINError.Code = .malformedInput
  ) throws -> JSONObject {
    guard let object else { throw SPINError(code, at: path, "is \(brief), expected an object") }
    return object
  }

  /// The members, where this is an object.
  public var object: JSONObject? { JSONObject(json: self) }
  /// The elements, where this is an array.
  public var array: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }
  /// The text, where this is a string.
  public var string: String? { String(json: self) }
}

extension Int: JSONReadable {
  /// What it is called in messages.
  public static var jsonName: String { "an integer" }
  /// Reads a value of this kind only, from -2^53 to 2^53.
  ///
  /// Those are the integers that all readers of JSON hold exactly (RFC 8259, section 6). Sizes and counts that a
  /// stranger states can then be added a thousand times without leaving 64 bits; whoever multiplies
  /// them bounds them first.
  public init?(json: JSON) {
    guard case .integer(let value) = json, value.magnitude <= 1 << 53 else { return nil }
    self.init(value)
  }
}

extension Double: JSONReadable {
  /// What it is called in messages.
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
  /// What it is called in messages.
  public static var jsonName: String { "true or false" }
  /// Reads a value of this kind only.
  public init?(json: JSON) {
    guard case .bool(let value) = json else { return nil }
    self = value
  }
}

extension String: JSONReadable {
  /// What it is called in messages.
  public static var jsonName: String { "a string" }
  /// Reads a value of this kind only.
  public init?(json: JSON) {
    guard case .string(let value) = json else { return nil }
    self = value
  }
}

extension JSONObject: JSONReadable {
  /// What it is called in messages.
  public static var jsonName: String { "an object" }
  /// Reads a value of this kind only.
  public init?(json: JSON) {
    guard case .object(let value) = json else { return nil }
    self = value
  }
}

extension JSON: JSONReadable {
  /// What it is called in messages.
  public static var jsonName: String { "a value" }
  /// Reads a value of this kind only.
  public init?(json: JSON) { self = json }
}

extension Array: JSONReadable where Element: JSONReadable {
  /// What it is called in messages.
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

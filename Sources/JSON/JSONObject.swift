// SPDX-License-Identifier: Apache-2.0

/// The members of a JSON object, in the order in which they were written.
///
/// Two objects are equal when they hold the same members in the same order.
public struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// The keys in order.
  public private(set) var keys: [String] = []
  private var values: [String: JSON] = [:]
  /// The document in which the object was read, for messages.
  let file: String
  /// The keys that lead to the object there; empty for the document itself.
  package let keyPath: String

  /// An empty object.
  public init() { self.init(file: "", keyPath: "") }

  /// An empty object that stands somewhere.
  ///
  /// - Parameters:
  ///   - file: The document, for messages.
  ///   - keyPath: The keys that lead to the object; empty for the document itself.
  package init(file: String, keyPath: String = "") {
    self.file = file
    self.keyPath = keyPath
  }

  /// An object whose members keep the order written; of equal keys the last value counts.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self.init()
    for (key, value) in elements { self[key] = value }
  }

  /// The value of a key, nil where the object has no such key.
  ///
  /// A new key goes to the end; setting nil removes the member.
  public subscript(key: String) -> JSON? {
    get { values[key] }
    set {
      if let newValue {
        if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
      } else if values.removeValue(forKey: key) != nil {
        keys.removeAll { $0 == key }
      }
    }
  }

  /// The number of members.
  public var count: Int { keys.count }

  /// The members in order.
  public var members: [(key: String, value: JSON)] {
    keys.compactMap { key in values[key].map { (key, $0) } }
  }

  /// Equal members in equal order; where the objects were read does not matter.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.keys == right.keys && left.values == right.values
  }
}

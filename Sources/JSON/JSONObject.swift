// SPDX-License-Identifier: Apache-2.0

/// The members of a JSON object, in the order in which they were written.
///
/// Two objects are equal when they hold the same members in the same order. Keys that are canonically
/// equivalent are one key.
public struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
  /// The members in order.
  public private(set) var members: [(key: String, value: JSON)] = []
  /// Where each key is among the members; nil for few, which are found without.
  private var indices: [String: Int]?
  private let place: JSONPlace?
  private let step: JSONPlace.Step

  /// From how many members on an index pays for its memory.
  private static let indexedFrom = 12

  /// An empty object.
  public init() { self.init(in: nil, at: .whole) }

  /// An empty object that is a document of its own, with its name for messages.
  package init(file: String) { self.init(in: JSONPlace(file: file), at: .whole) }

  /// An empty object that stands in a container.
  init(in place: JSONPlace?, at step: JSONPlace.Step) {
    self.place = place
    self.step = step
  }

  /// An object whose members keep the order written; of equal keys the last value counts.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self.init()
    for (key, value) in elements { self[key] = value }
  }

  /// The document in which the object was read, for messages.
  var file: String { place?.file ?? "" }
  /// The keys that lead to the object there; empty for the document itself.
  package var keyPath: String { place?.path(to: step) ?? "" }

  /// The value of a key, nil where the object has no such key.
  ///
  /// A new key goes to the end; setting nil removes the member.
  public subscript(key: String) -> JSON? {
    get { index(of: key).map { members[$0].value } }
    set {
      switch (index(of: key), newValue) {
      case (let index?, let value?): members[index].value = value
      case (nil, let value?):
        members.reserveForGrowth()
        members.append((key, value))
        if indices != nil {
          indices?[key] = members.count - 1
        } else if members.count >= Self.indexedFrom {
          makeIndex()
        }
      case (let index?, nil):
        members.remove(at: index)
        if indices != nil { makeIndex() }
      case (nil, nil): break
      }
    }
  }

  /// The keys in order.
  public var keys: [String] { members.map(\.key) }

  /// The number of members.
  public var count: Int { members.count }

  private func index(of key: String) -> Int? {
    if let indices { return indices[key] }
    return members.firstIndex { $0.key == key }
  }

  private mutating func makeIndex() {
    indices = Dictionary(members.enumerated().map { ($1.key, $0) }) { first, _ in first }
  }
}

extension JSONObject: Equatable {
  /// Equal members in equal order; where the objects were read does not matter.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.elementsEqual(right.members) { $0.key == $1.key && $0.value == $1.value }
  }
}

extension Array {
  /// Makes large arrays grow by a quarter rather than to the double, so that a document takes less memory.
  mutating func reserveForGrowth() {
    if count == capacity, count >= 1 << 12 { reserveCapacity(count + count / 4) }
  }
}

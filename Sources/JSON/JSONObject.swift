// SPDX-License-Identifier: Apache-2.0

/// The members of a JSON object, in the order in which they are written.
///
/// Two objects are equal if they have the same members in the same order. Canonically equivalent
/// keys are the same key.
public struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
  /// The members in order.
  public private(set) var members: [(key: String, value: JSON)] = []
  /// The index of each key in `members`; nil for few members, which are searched linearly.
  private var indices: [String: Int]?
  private let place: JSONPlace?
  private let step: JSONPlace.Step

  /// The number of members from which an index is worth its memory.
  private static let indexedFrom = 12

  /// An empty object.
  public init() { self.init(in: nil, at: .whole) }

  /// An empty object that is a whole document, with the document's name for messages.
  package init(file: String) { self.init(in: JSONPlace(file: file), at: .whole) }

  /// An empty object in a container.
  init(in place: JSONPlace?, at step: JSONPlace.Step) {
    self.place = place
    self.step = step
  }

  /// An object with its members in the order written; of equal keys the last value counts.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self.init()
    for (key, value) in elements { self[key] = value }
  }

  /// The document that contains the object, for messages; empty if there is none.
  var file: String { place?.file ?? "" }
  /// The path of keys and indices to the object in its document; empty for the document itself.
  package var keyPath: String { place?.path(to: step) ?? "" }

  /// The value of a key; nil if the object has no such key.
  ///
  /// A new key is appended; setting nil removes the member.
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
  /// Whether two objects have the same members in the same order, whatever their documents.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.elementsEqual(right.members) { $0.key == $1.key && $0.value == $1.value }
  }
}

extension Array {
  /// Makes large arrays grow by a quarter instead of doubling, so that a document takes less
  /// memory.
  mutating func reserveForGrowth() {
    if count == capacity, count >= 1 << 12 { reserveCapacity(count + count / 4) }
  }
}

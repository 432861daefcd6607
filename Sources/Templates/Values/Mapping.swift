// SPDX-License-Identifier: Apache-2.0

/// A dictionary in insertion order.
final class Mapping {
  let keys: [Value]
  let values: [Value]
  let depth: Int
  private let places: [MappingKey: Int]

  /// The first of several equal keys retains its position and takes the last value, as in Python.
  init(_ entries: [(key: Value, hash: MappingKey, value: Value)]) {
    var keys: [Value] = []
    var values: [Value] = []
    var places: [MappingKey: Int] = [:]
    for entry in entries {
      if let place = places[entry.hash] {
        values[place] = entry.value
      } else {
        places[entry.hash] = keys.count
        keys.append(entry.key)
        values.append(entry.value)
      }
    }
    self.keys = keys
    self.values = values
    self.places = places
    depth = 1 + (values.lazy.map(\.depth).max() ?? 0)
  }

  /// The value for a key; nil if there is none.
  subscript(key: MappingKey) -> Value? { places[key].map { values[$0] } }

  /// The value for a string key; nil if there is none.
  subscript(text: String) -> Value? { self[.string(ExactText(text))] }
}

/// The hashable form of a key: 1, 1.0 and true are one key.
enum MappingKey: Hashable {
  case undefined
  case none
  case integer(Int)
  case number(Double)
  case string(ExactText)
  case tuple([MappingKey])
}

/// A string that is equal to another only if their scalars are; `String` equality is canonical
/// equivalence.
struct ExactText: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (left: ExactText, right: ExactText) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}

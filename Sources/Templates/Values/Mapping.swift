// SPDX-License-Identifier: Apache-2.0

/// Keys with values, in the order in which the keys came.
final class Mapping {
  let keys: [Value]
  let values: [Value]
  let depth: Int
  private let places: [MappingKey: Int]

  /// Of equal keys the first stays where it is and gets the last value, as in Python.
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

  /// The value of a key, nil where there is none.
  subscript(key: MappingKey) -> Value? { places[key].map { values[$0] } }

  /// The value of a text.
  subscript(text: String) -> Value? { self[.string(ExactText(text))] }
}

/// What a mapping compares keys by: 1, 1.0 and true are one key.
enum MappingKey: Hashable {
  case undefined
  case none
  case integer(Int)
  case number(Double)
  case string(ExactText)
  case tuple([MappingKey])
}

/// A text that equals another only scalar by scalar; `String` would find canonical equivalents equal.
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

// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// The numbers of a document, of which one can be replaced; of lists of numbers the first two count.
struct AbsurdNumbers {
  private let document: JSON
  let count: Int

  init(in document: JSON) {
    self.document = document
    var count = 0
    _ = Self.walk(document, &count) { $1 }
    self.count = count
  }

  func replaced(_ index: Int, by value: JSON) -> JSON {
    var count = 0
    return Self.walk(document, &count) { $0 == index ? value : $1 }
  }

  private static func walk(
    _ json: JSON, _ count: inout Int, _ change: (_ index: Int, JSON) -> JSON
  ) -> JSON {
    switch json {
    case .integer, .number:
      defer { count += 1 }
      return change(count, json)
    case .array(let elements):
      return .array(
        elements.enumerated().map { index, element in
          index < 2 || element.object != nil ? walk(element, &count, change) : element
        })
    case .object(let object):
      var changed = JSONObject()
      for (key, value) in object.members { changed[key] = walk(value, &count, change) }
      return .object(changed)
    default: return json
    }
  }
}

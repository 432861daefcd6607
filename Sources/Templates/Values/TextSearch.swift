// SPDX-License-Identifier: Apache-2.0

/// Finds the occurrences of a pattern, compared as UTF-8, in time linear in pattern and text
/// (Knuth, Morris and Pratt 1977), because templates come from strangers.
struct TextSearch {
  private let pattern: [UInt8]
  /// For each prefix, the length of its longest proper prefix that is also a suffix.
  private let borders: [Int]

  /// - Precondition: The pattern is not empty.
  init(_ pattern: String) {
    precondition(!pattern.isEmpty, "the pattern must not be empty")
    self.init(bytes: Array(pattern.utf8))
  }

  /// The byte offsets of occurrences, without overlaps, from the left.
  ///
  /// - Parameter limit: The maximum number of occurrences; no limit if negative.
  func places(in text: [UInt8], limit: Int = -1) -> [Int] {
    var places: [Int] = []
    var length = 0
    guard limit != 0 else { return places }
    for index in text.indices {
      while length > 0, text[index] != pattern[length] { length = borders[length - 1] }
      if text[index] == pattern[length] { length += 1 }
      if length == pattern.count {
        places.append(index + 1 - length)
        if places.count == limit { return places }
        length = 0
      }
    }
    return places
  }

  /// The parts of the text between occurrences, split from the left.
  func parts(of text: String, limit: Int = -1) -> [String] {
    let bytes = Array(text.utf8)
    var parts: [String] = []
    var start = 0
    for place in places(in: bytes, limit: limit) {
      parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
      start = place + pattern.count
    }
    return parts + [String(decoding: bytes[start...], as: UTF8.self)]
  }

  /// The parts of the text between occurrences, split from the right.
  func partsFromRight(of text: String, limit: Int) -> [String] {
    guard limit >= 0 else { return parts(of: text) }
    let mirrored = TextSearch(bytes: pattern.reversed())
    let bytes: [UInt8] = text.utf8.reversed()
    var parts: [String] = []
    var start = 0
    func part(_ range: Range<Int>) -> String {
      String(decoding: bytes[range].reversed(), as: UTF8.self)
    }
    for place in mirrored.places(in: bytes, limit: limit) {
      parts.append(part(start..<place))
      start = place + pattern.count
    }
    return (parts + [part(start..<bytes.count)]).reversed()
  }

  private init(bytes: [UInt8]) {
    var borders = [0]
    var length = 0
    for index in bytes.indices.dropFirst() {
      while length > 0, bytes[index] != bytes[length] { length = borders[length - 1] }
      if bytes[index] == bytes[length] { length += 1 }
      borders.append(length)
    }
    pattern = bytes
    self.borders = borders
  }
}

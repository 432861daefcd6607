// SPDX-License-Identifier: Apache-2.0

/// A step that rewrites text before it is split.
enum Normalizer: Sendable {
  /// Unicode normalization form C.
  case nfc
  /// Inserts a text at the beginning, unless the text to normalize is empty.
  case prepend([UInt8])
  /// Replaces each occurrence of a text, from left to right.
  case replace([UInt8], with: [UInt8])
  /// Lowercases each scalar without regard to context.
  case lowercase
  /// Removes white space at the beginning, the end or both.
  case strip(left: Bool, right: Bool)

  /// The name of the step in `tokenizer.json`.
  var name: String {
    switch self {
    case .nfc: "NFC"
    case .prepend: "Prepend"
    case .replace: "Replace"
    case .lowercase: "Lowercase"
    case .strip: "Strip"
    }
  }

  func apply(to text: [UInt8]) -> [UInt8] {
    switch self {
    case .nfc: CanonicalComposition.normalize(text)
    case .prepend(let prefix): text.isEmpty ? text : prefix + text
    case .replace(let pattern, let content): replacing(pattern, with: content, in: text)
    case .lowercase: Self.lowercase(text)
    case .strip(let left, let right): Self.strip(text, left: left, right: right)
    }
  }

  private static func lowercase(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      if scalar.isASCII {
        let byte = UInt8(scalar.value)
        let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        result.append(isUpper ? byte | 0x20 : byte)
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
      }
    }
    return result
  }

  private static func strip(_ text: [UInt8], left: Bool, right: Bool) -> [UInt8] {
    let flags = ScalarClasses.shared.flags
    let span = text.span
    var start = 0
    var end = text.count
    while left, start < end {
      let (value, length) = scalar(in: span, at: start)
      guard flags[value] & ScalarClasses.space != 0 else { break }
      start += length
    }
    while right, end > start {
      let last = scalarStart(in: span, before: end)
      guard flags[scalar(in: span, at: last).value] & ScalarClasses.space != 0 else { break }
      end = last
    }
    return Array(text[start..<end])
  }
}

/// The text with each occurrence of `pattern` replaced, from left to right.
///
/// - Precondition: `pattern` is not empty.
func replacing(_ pattern: [UInt8], with content: [UInt8], in text: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(text.count + text.count / 2)
  let first = pattern[0]
  var index = 0
  while index < text.count {
    if text[index] == first, pattern.count == 1 || text[index...].starts(with: pattern) {
      result.append(contentsOf: content)
      index += pattern.count
    } else {
      result.append(text[index])
      index += 1
    }
  }
  return result
}

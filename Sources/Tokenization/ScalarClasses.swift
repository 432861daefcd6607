// SPDX-License-Identifier: Apache-2.0

/// The classes of each Unicode scalar, as one byte of flags.
///
/// The flags are a flat table of 1.1 MB: a lookup is one load, and most text uses few pages of it.
struct ScalarClasses: Sendable {
  /// A letter, `\p{L}`; the flags of a scalar are combined by OR.
  static let letter: UInt8 = 1
  static let number: UInt8 = 2
  static let space: UInt8 = 4
  /// A word character, for added tokens with `single_word` and the pre-tokenizer Whitespace.
  static let word: UInt8 = 8
  /// A scalar that is a digit for the pre-tokenizer Digits but not a number in patterns.
  static let furtherDigit: UInt8 = 16
  /// A scalar that may change in normalization form C; text without any is already in that form.
  static let composing: UInt8 = 32

  let flags: [UInt8]

  /// The table, built on first use.
  static let shared = ScalarClasses()

  private init() {
    var flags = [UInt8](repeating: 0, count: 0x110000)
    func mark(_ ranges: [UInt32], _ flag: UInt8) {
      Self.forEachRange(ranges[...]) { range in
        for scalar in range { flags[scalar] |= flag }
      }
    }
    mark(UnicodeData.letters, Self.letter)
    mark(UnicodeData.numbers, Self.number)
    mark(UnicodeData.spaces, Self.space)
    mark(UnicodeData.words, Self.word)
    mark(UnicodeData.furtherDigits, Self.furtherDigit)
    for scalar in CanonicalComposition.shared.unsettledScalars {
      flags[Int(scalar)] |= Self.composing
    }
    self.flags = flags
  }

  /// Calls `body` with each range of a list that alternates gaps and lengths.
  static func forEachRange(_ flat: ArraySlice<UInt32>, _ body: (Range<Int>) -> Void) {
    var end = 0
    var index = flat.startIndex
    while index < flat.endIndex {
      let start = end + Int(flat[index])
      end = start + Int(flat[index + 1])
      body(start..<end)
      index += 2
    }
  }
}

/// The Unicode scalar at `index` in well-formed UTF-8, and its length in bytes.
@inline(__always)
func scalar(in text: Span<UInt8>, at index: Int) -> (value: Int, length: Int) {
  let first = Int(text[index])
  if first < 0x80 { return (first, 1) }
  let second = Int(text[index + 1] & 0x3F)
  if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
  let third = Int(text[index + 2] & 0x3F)
  if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
  let fourth = Int(text[index + 3] & 0x3F)
  return ((first & 0x07) << 18 | second << 12 | third << 6 | fourth, 4)
}

/// The start of the Unicode scalar that ends at `end` in well-formed UTF-8.
@inline(__always)
func scalarStart(in text: Span<UInt8>, before end: Int) -> Int {
  var index = end - 1
  while text[index] & 0xC0 == 0x80 { index -= 1 }
  return index
}

/// Appends a Unicode scalar as UTF-8; traps for other values.
func appendScalar(_ value: UInt32, to bytes: inout [UInt8]) {
  guard let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) else {
    preconditionFailure("\(value) is no Unicode scalar")
  }
  bytes.append(contentsOf: encoded)
}

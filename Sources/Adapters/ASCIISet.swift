// SPDX-License-Identifier: Apache-2.0

/// A set of ASCII characters.
struct ASCIISet {
  private var bits: (low: UInt64, high: UInt64) = (0, 0)

  init() {}

  init(_ range: ClosedRange<UInt8>) { range.forEach { insert($0) } }

  /// What `\d` means.
  static let digits = ASCIISet(UInt8(ascii: "0")...UInt8(ascii: "9"))
  /// What `\w` means.
  static let word = ASCIISet(UInt8(ascii: "a")...UInt8(ascii: "z"))
    .union(ASCIISet(UInt8(ascii: "A")...UInt8(ascii: "Z"))).union(digits)
    .union(ASCIISet(UInt8(ascii: "_")...UInt8(ascii: "_")))
  /// What `\s` means: the controls from tab to carriage return, four separators, the space.
  static let space = ASCIISet(9...13).union(ASCIISet(28...32))
  /// What a point means: all but the end of a line.
  static let anything = ASCIISet(10...10).inverted

  /// Those that are not in the set.
  var inverted: ASCIISet {
    var result = self
    result.bits = (~bits.low, ~bits.high)
    return result
  }

  func contains(_ character: UInt8) -> Bool {
    switch character {
    case 0..<64: bits.low >> UInt64(character) & 1 == 1
    case 64..<128: bits.high >> UInt64(character - 64) & 1 == 1
    default: false
    }
  }

  /// - Precondition: It is ASCII.
  mutating func insert(_ character: UInt8) {
    precondition(character < 128, "no ASCII")
    if character < 64 {
      bits.low |= 1 << UInt64(character)
    } else {
      bits.high |= 1 << UInt64(character - 64)
    }
  }

  func union(_ other: ASCIISet) -> ASCIISet {
    var result = self
    result.bits = (bits.low | other.bits.low, bits.high | other.bits.high)
    return result
  }
}

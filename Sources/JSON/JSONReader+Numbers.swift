// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The range of a number literal, and whether it is written without fraction and exponent.
struct JSONNumber {
  let range: Range<Int>
  let isInteger: Bool
}

extension JSONReader {
  /// Reads a number written as an integer.
  ///
  /// - Throws: `SPINError` for a fraction or exponent, even if the value is integral, and for
  ///   values beyond 64 bits.
  package mutating func readInt() throws -> Int {
    skipWhitespace()
    let start = position
    let number = try scanNumber()
    guard number.isInteger else {
      position = start
      throw failure("found \(text(number.range)), expected an integer")
    }
    guard let value = integer(number.range) else {
      position = start
      throw failure("\(text(number.range)) does not fit in a signed 64-bit integer")
    }
    return value
  }

  /// Reads a number, written as an integer or not, as the nearest Double.
  ///
  /// - Throws: `SPINError` if the nearest Double is infinite.
  package mutating func readDouble() throws -> Double {
    skipWhitespace()
    let number = try scanNumber()
    return try double(number.range)
  }

  /// Skips a number literal, checking its syntax.
  mutating func scanNumber() throws -> JSONNumber {
    let start = position
    var isInteger = true
    if permitsNonFinite, take(word: "NaN") || take(word: "Infinity") || take(word: "-Infinity") {
      return JSONNumber(range: start..<position, isInteger: false)
    }
    _ = take(UInt8(ascii: "-"))
    let leading = position
    try skipDigits()
    if position - leading > 1, bytes[leading] == UInt8(ascii: "0") {
      position = start
      throw failure("a number may not begin with a zero")
    }
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try skipDigits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isInteger = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try skipDigits()
    }
    return JSONNumber(range: start..<position, isInteger: isInteger)
  }

  private mutating func skipDigits() throws {
    let start = position
    while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
    if position == start { throw unexpected("a digit") }
  }

  /// The value of an integer literal; nil beyond 64 bits.
  func integer(_ range: Range<Int>) -> Int? {
    let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
    var value = 0
    for digit in bytes[range].dropFirst(isNegative ? 1 : 0) {
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      // Negative numbers are accumulated as negative sums, so that the smallest integer does not
      // overflow.
      let unit = Int(digit - UInt8(ascii: "0"))
      let (sum, carry) = shifted.addingReportingOverflow(isNegative ? -unit : unit)
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }

  func double(_ range: Range<Int>) throws -> Double {
    let value = Double(String(decoding: bytes[range], as: UTF8.self))
    // A literal that overflows is an error, not infinity; Python's names, the only ones allowed,
    // end in a letter.
    let isName = bytes[range.upperBound - 1] > UInt8(ascii: "9")
    guard let value, value.isFinite || isName else {
      throw failure("\(text(range)) does not fit in a 64-bit number", at: range.lowerBound)
    }
    return value
  }

  func text(_ range: Range<Int>) -> String {
    let shown = String(decoding: bytes[range].prefix(40), as: UTF8.self)
    return range.count > 40 ? shown + "..." : shown
  }
}

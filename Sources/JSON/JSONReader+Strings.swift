// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The range of a string literal without its quotes.
struct JSONText {
  let range: Range<Int>
  let hasEscapes: Bool
}

extension JSONReader {
  /// Reads a string.
  package mutating func readString() throws -> String {
    String(decoding: try readUTF8(), as: UTF8.self)
  }

  /// Reads a string as valid UTF-8 with its escapes resolved.
  ///
  /// For a string without escapes, the usual case, the result is a slice of the document and
  /// nothing is copied.
  package mutating func readUTF8() throws -> ArraySlice<UInt8> {
    skipWhitespace()
    let text = try scanString("a string")
    return text.hasEscapes ? try unescape(text)[...] : bytes[text.range]
  }

  mutating func skipString() throws {
    let text = try scanString("a string")
    // Resolving the escapes checks them.
    if text.hasEscapes { _ = try unescape(text) }
  }

  /// Reads a string and appends it to `output` as UTF-8 with its escapes resolved.
  ///
  /// For readers of very many strings, which store them in one buffer.
  package mutating func readUTF8(appendingTo output: inout [UInt8]) throws {
    skipWhitespace()
    let text = try scanString("a string")
    if text.hasEscapes {
      output.append(contentsOf: try unescape(text))
    } else {
      output.append(contentsOf: bytes[text.range])
    }
  }

  /// Reads an array of strings, appending each as UTF-8 to `output` and its end offset to `ends`.
  package mutating func readStrings(
    appendingTo output: inout [UInt8], ends: inout [Int]
  ) throws {
    try open(UInt8(ascii: "["), "an array")
    if !take(UInt8(ascii: "]")) {
      repeat {
        try readUTF8(appendingTo: &output)
        ends.append(output.count)
        skipWhitespace()
      } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "]")) else { throw unexpected("\",\" or \"]\"") }
    }
    depth -= 1
  }

  /// Skips a string literal, checking its UTF-8 but not its escapes.
  mutating func scanString(_ expected: String) throws -> JSONText {
    guard take(UInt8(ascii: "\"")) else { throw unexpected(expected) }
    let text = try text(from: position)
    position = text.range.upperBound + 1
    return text
  }

  private func text(from start: Int) throws -> JSONText {
    let span = bytes.span
    var hasEscapes = false
    var index = start
    while index < span.count {
      let byte = span[index]
      switch byte {
      case UInt8(ascii: "\""):
        return JSONText(range: start..<index, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        // The next byte is part of the escape even if it is a quote; `unescape` checks it.
        index += 2
      case 0x20..<0x80:
        index += 1
      case 0x80...:
        index += try scalarLength(at: index)
      default:
        throw failure(
          "holds the control byte \(hexadecimal(byte)), which a string has to escape", at: index)
      }
    }
    throw failure("the string that begins here is not closed", at: start - 1)
  }

  /// The length in bytes of the scalar at `start`, checked against table 3-7 of the Unicode
  /// standard.
  private func scalarLength(at start: Int) throws -> Int {
    let second: ClosedRange<UInt8>
    let length: Int
    switch bytes[start] {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default:
      throw failure("the byte \(hexadecimal(bytes[start])) is not valid UTF-8", at: start)
    }
    guard start + length <= bytes.count, second.contains(bytes[start + 1]),
      length < 3 || bytes[start + 2] & 0xC0 == 0x80, length < 4 || bytes[start + 3] & 0xC0 == 0x80
    else {
      throw failure(
        "the byte \(hexadecimal(bytes[start])) is not followed by valid UTF-8", at: start)
    }
    return length
  }

  /// The bytes of a string literal with its escapes resolved.
  func unescape(_ text: JSONText) throws -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.range.count)
    var index = text.range.lowerBound
    while index < text.range.upperBound {
      let byte = bytes[index]
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        index += 1
        continue
      }
      // `scanString` skipped whole escapes, so a byte follows each backslash.
      let letter = bytes[index + 1]
      if letter == UInt8(ascii: "u") {
        let (scalar, length) = try unicodeEscape(at: index, end: text.range.upperBound)
        result.append(contentsOf: UTF8.encode(scalar) ?? .init())
        index += length
      } else {
        result.append(try simpleEscape(letter, at: index))
        index += 2
      }
    }
    return result
  }

  private func simpleEscape(_ letter: UInt8, at offset: Int) throws -> UInt8 {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return letter
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    default: throw failure("is not an escape that JSON knows", at: offset)
    }
  }

  /// The scalar of `\uXXXX`, or of a surrogate pair of two such escapes, and the length in bytes.
  private func unicodeEscape(
    at offset: Int, end: Int
  ) throws -> (scalar: Unicode.Scalar, length: Int) {
    let first = try codeUnit(at: offset, end: end)
    if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
    if first < 0xDC00, end - offset >= 12, bytes[offset + 6] == UInt8(ascii: "\\"),
      bytes[offset + 7] == UInt8(ascii: "u")
    {
      let second = UInt32(try codeUnit(at: offset + 6, end: end))
      if (0xDC00...0xDFFF).contains(second),
        let scalar = Unicode.Scalar((UInt32(first) - 0xD800) << 10 + (second - 0xDC00) + 0x10000)
      {
        return (scalar, 12)
      }
    }
    throw failure("is half of a surrogate pair, which stands for no character", at: offset)
  }

  private func codeUnit(at offset: Int, end: Int) throws -> UInt16 {
    var value: UInt16 = 0
    guard end - offset >= 6 else {
      throw failure("is not followed by four hexadecimal digits", at: offset)
    }
    for digit in bytes[offset + 2..<offset + 6] {
      let nibble: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = digit - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): nibble = digit - UInt8(ascii: "A") + 10
      default: throw failure("is not followed by four hexadecimal digits", at: offset)
      }
      value = value << 4 | UInt16(nibble)
    }
    return value
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The text between the quotes of a string, read as Python's `unicode-escape` does.
enum StringLiteral {
  /// The text with its escapes replaced.
  ///
  /// An unknown escape is left as written, including its backslash.
  ///
  /// - Throws: The result of `failure` if an escape is cut off, is `\N{...}`, or names no Unicode
  ///   scalar.
  static func unescaped(
    _ literal: ArraySlice<Unicode.Scalar>, _ failure: (String) -> SPINError
  ) throws -> String {
    var text = String.UnicodeScalarView()
    var index = literal.startIndex
    while index < literal.endIndex {
      let scalar = literal[index]
      index += 1
      guard scalar == "\\", index < literal.endIndex else {
        text.append(scalar)
        continue
      }
      let escape = literal[index]
      index += 1
      switch escape {
      case "\n": break
      case "x": text.append(try hexadecimal(literal, &index, 2, failure))
      case "u": text.append(try hexadecimal(literal, &index, 4, failure))
      case "U": text.append(try hexadecimal(literal, &index, 8, failure))
      case "N": throw failure("the escape \\N{...} is not supported; write the character itself")
      case "0"..."7":
        index -= 1
        text.append(octal(literal, &index))
      default:
        if let plain = plainEscapes[escape] {
          text.append(plain)
        } else {
          text.append(contentsOf: ["\\", escape])
        }
      }
    }
    return String(text)
  }

  private static let plainEscapes: [Unicode.Scalar: Unicode.Scalar] = [
    "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}", "b": "\u{8}", "f": "\u{C}", "n": "\n",
    "r": "\r", "t": "\t", "v": "\u{B}",
  ]

  private static func hexadecimal(
    _ literal: ArraySlice<Unicode.Scalar>, _ index: inout Int, _ count: Int,
    _ failure: (String) -> SPINError
  ) throws -> Unicode.Scalar {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard index < literal.endIndex, literal[index].isASCII,
        let digit = Character(literal[index]).hexDigitValue
      else { throw failure("an escape in a string is cut off, \(count) digits are expected") }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw failure("an escape names U+\(String(value, radix: 16)), which is no character")
    }
    return scalar
  }

  private static func octal(
    _ literal: ArraySlice<Unicode.Scalar>, _ index: inout Int
  ) -> Unicode.Scalar {
    var value: UInt32 = 0
    var count = 0
    while count < 3, index < literal.endIndex, ("0"..."7").contains(literal[index]) {
      value = value << 3 | (literal[index].value - 48)
      index += 1
      count += 1
    }
    // Never nil: three octal digits are below the surrogates.
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }
}

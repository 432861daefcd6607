// SPDX-License-Identifier: Apache-2.0

/// GPT-2's mapping of bytes to printable characters, in which byte-level vocabularies are written.
///
/// Printable Latin-1 bytes are mapped to themselves, the other 68 to the characters from U+0100, in
/// order.
///
/// - Source: `bytes_to_unicode` in GPT-2's encoder.py.
enum ByteAlphabet {
  /// The scalar for each byte.
  static let scalars: [UInt32] = {
    var next: UInt32 = 0x100
    return (0..<256).map { (byte: UInt32) in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
      default:
        next += 1
        return next - 1
      }
    }
  }()

  /// The byte for each scalar below U+0144; -1 for none.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = Int16(byte) }
    return bytes
  }()

  /// The characters for the bytes in `range`, as UTF-8.
  static func spelling(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var spelling: [UInt8] = []
    spelling.reserveCapacity(2 * range.count)
    for index in range {
      let scalar = scalars[Int(text[index])]
      if scalar < 0x80 {
        spelling.append(UInt8(scalar))
      } else {
        // Every scalar of the alphabet is below U+0800 and takes at most two bytes.
        spelling.append(UInt8(0xC0 | scalar >> 6))
        spelling.append(UInt8(0x80 | scalar & 0x3F))
      }
    }
    return spelling
  }

  /// Appends the bytes that the characters of a token stand for, or the token unchanged if it has a
  /// character outside the alphabet.
  ///
  /// - Parameter token: Well-formed UTF-8.
  static func appendBytes(spelledBy token: ArraySlice<UInt8>, to output: inout [UInt8]) {
    let start = output.count
    var index = token.startIndex
    while index < token.endIndex {
      var value = Int(token[index])
      if value >= 0xC0, value < 0xE0 {
        value = (value & 0x1F) << 6 | Int(token[index + 1] & 0x3F)
        index += 2
      } else {
        index += 1
      }
      guard value < bytes.count, bytes[value] >= 0 else {
        output.removeLast(output.count - start)
        output.append(contentsOf: token)
        return
      }
      output.append(UInt8(bytes[value]))
    }
  }
}

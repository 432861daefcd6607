// SPDX-License-Identifier: Apache-2.0

package import SPINErrors

extension JSONReader {
  /// An error at a line and column of this document, by default at the present position.
  ///
  /// - Parameters:
  ///   - message: What was found and what was expected.
  ///   - offset: The offset of the byte that the error is about; nil for the present position.
  ///   - remedy: What the user can do about it.
  package func failure(
    _ message: String, at offset: Int? = nil, remedy: String? = nil
  ) -> SPINError {
    let end = min(offset ?? position, bytes.count)
    var line = firstLine
    var column = 1
    for byte in bytes[..<end] {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        // Columns count Unicode scalars, so continuation bytes do not count.
        column += 1
      }
    }
    return SPINError(
      .malformedInput, at: "\(path): line \(line), column \(column)", message, remedy: remedy)
  }

  /// An error that names what is at the present position and what was expected.
  package func unexpected(_ expected: String) -> SPINError {
    guard position < bytes.count else {
      return failure("the document ends here, expected \(expected)")
    }
    let byte = bytes[position]
    let found =
      0x21..<0x7F ~= byte
      ? "\"\(Character(Unicode.Scalar(byte)))\"" : "the byte \(hexadecimal(byte))"
    return failure("found \(found), expected \(expected)")
  }

  func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "0x" + (byte < 16 ? "0" : "") + digits
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Reads the wire format of protocol buffers, as far as SentencePiece models need it.
enum ProtobufReader {
  /// One field of a message.
  struct Field {
    fileprivate enum Value {
      case varint(UInt64)
      case fixed32(UInt32)
      case fixed64
      case bytes(ArraySlice<UInt8>)
    }

    let number: Int
    fileprivate let value: Value
    fileprivate let offset: Int
    fileprivate let path: String

    func failure(_ message: String) -> SPINError {
      SPINError(.malformedInput, at: "\(path): byte \(offset)", message)
    }

    func bytes() throws -> ArraySlice<UInt8> {
      guard case .bytes(let bytes) = value else { throw mismatch("bytes") }
      return bytes
    }

    /// The value as a 32-bit integer; negative ones are encoded in 64 bits.
    func integer() throws -> Int {
      guard case .varint(let bits) = value else { throw mismatch("an integer") }
      guard let value = Int32(exactly: Int64(bitPattern: bits)) else {
        throw failure("field \(number) holds \(bits), expected a 32-bit integer")
      }
      return Int(value)
    }

    func float() throws -> Float {
      guard case .fixed32(let bits) = value else { throw mismatch("a 32-bit number") }
      return Float(bitPattern: bits)
    }

    private func mismatch(_ expected: String) -> SPINError {
      failure("field \(number) is not \(expected)")
    }
  }

  /// Calls `body` with each field of a message, in order.
  static func forEachField(
    of message: ArraySlice<UInt8>, path: String, _ body: (Field) throws -> Void
  ) throws {
    var index = message.startIndex
    while index < message.endIndex {
      let offset = index
      let key = try varint(message, &index, path)
      let value: Field.Value
      switch key & 7 {
      case 0: value = .varint(try varint(message, &index, path))
      case 1:
        _ = try take(8, message, &index, path)
        value = .fixed64
      case 2:
        let length = try varint(message, &index, path)
        value = .bytes(try take(length, message, &index, path))
      case 5:
        let bytes = try take(4, message, &index, path)
        value = .fixed32(bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
      default:
        throw SPINError(
          .malformedInput, at: "\(path): byte \(offset)",
          "the wire type \(key & 7) is not known, expected a SentencePiece model")
      }
      guard let number = Int(exactly: key >> 3), number > 0, number < 1 << 29 else {
        throw SPINError(
          .malformedInput, at: "\(path): byte \(offset)",
          "the field number \(key >> 3) is out of range, expected a SentencePiece model")
      }
      try body(Field(number: number, value: value, offset: offset, path: path))
    }
  }

  private static func take(
    _ count: UInt64, _ message: ArraySlice<UInt8>, _ index: inout Int, _ path: String
  ) throws -> ArraySlice<UInt8> {
    guard count <= UInt64(message.endIndex - index) else {
      throw SPINError(
        .malformedInput, at: "\(path): byte \(index)",
        "a field of \(count) bytes begins here, \(message.endIndex - index) are left",
        remedy: "the file is truncated or damaged - download it again")
    }
    let start = index
    index += Int(count)
    return message[start..<index]
  }

  private static func varint(
    _ message: ArraySlice<UInt8>, _ index: inout Int, _ path: String
  ) throws -> UInt64 {
    var value: UInt64 = 0
    let start = index
    for shift in stride(from: 0 as UInt64, to: 70, by: 7) {
      guard index < message.endIndex else { break }
      let byte = message[index]
      index += 1
      // The tenth byte has only the last of the 64 bits.
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw SPINError(
      .malformedInput, at: "\(path): byte \(start)",
      "an integer that begins here does not end within 64 bits",
      remedy: "the file is truncated or damaged - download it again")
  }
}

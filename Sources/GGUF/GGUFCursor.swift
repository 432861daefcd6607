// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// Reads a header front to back; nothing beyond the file's end is ever touched.
struct GGUFCursor {
  let path: String
  let file: MappedFile
  private(set) var offset: Int

  init(_ file: MappedFile, at offset: Int) {
    path = file.path
    self.file = file
    self.offset = offset
  }

  /// A little-endian number.
  mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, _ what: String
  ) throws -> Number {
    let start = try advance(by: MemoryLayout<Number>.size, what)
    return file.withBytes(start..<offset) { $0.littleEndian(type, at: 0) }
  }

  /// A count that has to be in 0...limit.
  mutating func count(limit: Int, _ what: String) throws -> Int {
    let start = offset
    let value = try integer(UInt64.self, what)
    guard value <= UInt64(limit) else {
      throw failure("\(what) is \(value), expected at most \(limit)", at: start)
    }
    return Int(value)
  }

  /// The bytes of a string: a length of 64 bits, then UTF-8 without an end mark.
  mutating func string(limit: Int, _ what: String) throws -> Range<Int> {
    let length = try count(limit: limit, "the length of \(what)")
    let start = try advance(by: length, what)
    return start..<offset
  }

  /// A short string that has to be UTF-8.
  mutating func name(_ what: String) throws -> String {
    let range = try string(limit: GGUFLimits.nameByteCount, what)
    guard !range.isEmpty, let text = String(validating: file.bytes(range), as: UTF8.self) else {
      throw failure("\(what) is not UTF-8 of at least one byte", at: range.lowerBound)
    }
    return text
  }

  /// Steps over bytes.
  ///
  /// - Returns: Where they begin.
  mutating func advance(by byteCount: Int, _ what: String) throws -> Int {
    guard byteCount <= file.byteCount - offset else {
      throw failure(
        "\(what) takes \(byteCount) bytes, the file ends after \(file.byteCount - offset)",
        remedy: "the file is truncated or damaged - download it again")
    }
    defer { offset += byteCount }
    return offset
  }

  func failure(
    _ message: String, at place: Int? = nil,
    remedy: String? = "the file is damaged - download it again"
  ) -> SPINError {
    SPINError(.malformedInput, at: "\(path): byte \(place ?? offset)", message, remedy: remedy)
  }
}

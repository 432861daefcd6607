// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// Reads the headers of a zip archive, never beyond the file's end.
struct ZipReader {
  let file: MappedFile
  var offset: Int

  mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws -> Number {
    let start = offset
    try skip(MemoryLayout<Number>.size)
    return file.withBytes(start..<offset) { $0.littleEndian(type, at: 0) }
  }

  mutating func skip(_ count: Int) throws {
    guard count <= file.byteCount - offset else {
      throw failure("a header ends beyond the file")
    }
    offset += count
  }

  /// One entry of the directory, checked against its local header.
  mutating func centralEntry(before directoryStart: Int) throws -> ZipEntry {
    guard try integer(UInt32.self) == 0x0201_4B50 else {
      throw failure("the directory holds no entry where one is expected")
    }
    try skip(4)
    let flags = try integer(UInt16.self)
    let method = try integer(UInt16.self)
    try skip(4)
    let checksum = try integer(UInt32.self)
    let packed32 = try integer(UInt32.self)
    let size32 = try integer(UInt32.self)
    let nameCount = Int(try integer(UInt16.self))
    let extraCount = Int(try integer(UInt16.self))
    let commentCount = Int(try integer(UInt16.self))
    try skip(8)
    let local32 = try integer(UInt32.self)
    let name = try self.name(nameCount)
    var sizes = [UInt64(size32), UInt64(packed32), UInt64(local32)]
    try readZip64Sizes(extraCount, &sizes)
    try skip(commentCount)
    let (size, packed, local) = (sizes[0], sizes[1], sizes[2])
    guard flags & 1 == 0 else { throw failure("the entry \"\(name)\" is encrypted") }
    guard method == 0, packed == size else {
      throw failure(
        "the entry \"\(name)\" is compressed (method \(method)), expected stored bytes as PyTorch "
          + "writes them")
    }
    guard local < UInt64(directoryStart), size <= UInt64(directoryStart) else {
      throw failure("the entry \"\(name)\" of \(size) bytes at byte \(local) is outside the file")
    }
    let range = try dataRange(
      name: name, at: Int(local), size: Int(size), before: directoryStart)
    return ZipEntry(
      name: name, range: range, checksum: checksum, extent: Int(local)..<range.upperBound)
  }

  /// A name that stays inside its folder.
  private mutating func name(_ count: Int) throws -> String {
    let start = offset
    try skip(count)
    guard count > 0, count <= 1024,
      let name = String(validating: file.bytes(start..<offset), as: UTF8.self)
    else { throw failure("an entry has a name of \(count) bytes that is not UTF-8 of 1 to 1024") }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !name.utf8.contains(UInt8(ascii: "\\")), !name.utf8.contains(0),
      !parts.contains(".."), !parts.contains("."), parts.first?.isEmpty == false
    else { throw failure("the entry \"\(name)\" leads out of the archive's folder") }
    return name
  }

  /// Replaces sizes that stand in the zip64 field because 32 bits do not hold them.
  private mutating func readZip64Sizes(_ extraCount: Int, _ sizes: inout [UInt64]) throws {
    guard extraCount <= file.byteCount - offset else {
      throw failure("a header ends beyond the file")
    }
    let end = offset + extraCount
    while end - offset >= 4 {
      let kind = try integer(UInt16.self)
      let count = Int(try integer(UInt16.self))
      guard count <= end - offset else { throw failure("an extra field ends beyond its header") }
      let next = offset + count
      if kind == 1 {
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
          guard next - offset >= 8 else { throw failure("a zip64 field is too short") }
          sizes[index] = try integer(UInt64.self)
        }
      }
      offset = next
    }
    offset = end
  }

  /// The bytes of an entry, from its local header.
  private func dataRange(
    name: String, at local: Int, size: Int, before end: Int
  ) throws -> Range<Int> {
    var reader = ZipReader(file: file, offset: local)
    guard try reader.integer(UInt32.self) == 0x0403_4B50 else {
      throw failure("the entry \"\(name)\" has no local header")
    }
    try reader.skip(2)
    let flags = try reader.integer(UInt16.self)
    let method = try reader.integer(UInt16.self)
    try reader.skip(8)
    let packed = UInt64(try reader.integer(UInt32.self))
    let unpacked = UInt64(try reader.integer(UInt32.self))
    let nameCount = Int(try reader.integer(UInt16.self))
    let extraCount = Int(try reader.integer(UInt16.self))
    let nameStart = reader.offset
    try reader.skip(nameCount)
    var sizes = [unpacked, packed]
    let nameEnd = reader.offset
    try reader.readZip64Sizes(extraCount, &sizes)
    // Sizes follow the data where the flag says so, and are zero here.
    let isDeferred = flags & 8 != 0
    guard method == 0, file.bytes(nameStart..<nameEnd) == Array(name.utf8),
      sizes.allSatisfy({ $0 == UInt64(size) || (isDeferred && $0 == 0) })
    else {
      throw failure("the entry \"\(name)\" has a local header that contradicts the directory")
    }
    guard reader.offset <= end, size <= end - reader.offset else {
      throw failure("the entry \"\(name)\" of \(size) bytes reaches into the directory")
    }
    return reader.offset..<reader.offset + size
  }

  func failure(_ message: String) -> SPINError {
    SPINError(
      .malformedInput, at: file.path, message, remedy: "the file is damaged - download it again")
  }
}

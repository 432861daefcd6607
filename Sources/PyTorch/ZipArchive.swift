// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// A zip archive as PyTorch writes it: a few thousand stored entries, zip64 where it is large.
///
/// Nothing is unpacked. Compressed or encrypted entries, names that lead out of a folder, entries that
/// overlap, and headers that contradict one another are errors.
///
/// - Source: APPNOTE.TXT 6.3.10 of PKWARE. That `torch.save` writes 0 as every checksum after
///   `set_crc32_options(False)`, and that `torch.load` compares none: PyTorch 2.13.
struct ZipArchive {
  /// The most entries that are read.
  static let maximumEntryCount = 4096 * 4

  let path: String
  let file: MappedFile
  let entries: [ZipEntry]

  /// Whether the archive states checksums: PyTorch can be told to compute none and writes 0 then.
  ///
  /// Where one entry has another, 0 is a checksum as any other.
  var hasChecksums: Bool { entries.contains { $0.checksum != 0 } }

  /// Opens an archive and checks all headers.
  ///
  /// - Throws: `SPINError` with code `malformedInput` that names the entry.
  init(_ file: MappedFile) throws {
    path = file.path
    self.file = file
    let directory = try ZipDirectory(file)
    var reader = ZipReader(file: file, offset: directory.range.lowerBound)
    var entries: [ZipEntry] = []
    var names = Set<String>()
    for _ in 0..<directory.entryCount {
      let entry = try reader.centralEntry(before: directory.range.lowerBound)
      guard names.insert(entry.name).inserted else {
        throw reader.failure("the entry \"\(entry.name)\" occurs twice")
      }
      entries.append(entry)
    }
    guard reader.offset == directory.range.upperBound else {
      throw reader.failure("the directory ends before its stated size")
    }
    let sorted = entries.sorted { $0.extent.lowerBound < $1.extent.lowerBound }
    for (left, right) in zip(sorted, sorted.dropFirst())
    where left.extent.upperBound > right.extent.lowerBound {
      throw reader.failure("the entries \"\(left.name)\" and \"\(right.name)\" overlap")
    }
    self.entries = entries
  }

  /// The bytes of a small entry, checked against its checksum.
  func contents(of entry: ZipEntry) throws -> [UInt8] {
    try check(entry)
    return file.bytes(entry.range)
  }

  /// Compares the bytes of an entry with its checksum, where the archive states any.
  ///
  /// - Parameter stopping: Called now and then; throws to stop.
  /// - Throws: `SPINError` with code `malformedInput` where they differ.
  func check(_ entry: ZipEntry, stopping: () throws -> Void = {}) throws {
    guard hasChecksums else { return }
    var crc = CRC32()
    for start in stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: 1 << 26) {
      try stopping()
      let piece = start..<min(start + (1 << 26), entry.range.upperBound)
      file.withBytes(piece) { crc.update($0) }
      file.releasePages(piece)
    }
    guard crc.checksum == entry.checksum else {
      throw SPINError(
        .malformedInput, at: "\(path): entry \"\(entry.name)\"",
        "has the checksum \(crc.checksum), the archive states \(entry.checksum)",
        remedy: "the file is damaged - download it again")
    }
  }
}

/// The end of an archive: where its directory is.
struct ZipDirectory {
  let entryCount: Int
  let range: Range<Int>

  init(_ file: MappedFile) throws {
    var reader = ZipReader(file: file, offset: 0)
    guard let end = Self.endRecord(file) else {
      throw reader.failure("has no end of a zip directory; the file is truncated or damaged")
    }
    reader.offset = end + 4
    let disk = try reader.integer(UInt16.self)
    let directoryDisk = try reader.integer(UInt16.self)
    let here = try reader.integer(UInt16.self)
    var count = UInt64(try reader.integer(UInt16.self))
    var size = UInt64(try reader.integer(UInt32.self))
    var start = UInt64(try reader.integer(UInt32.self))
    var limit = end
    guard disk == directoryDisk, disk == 0 || disk == 0xFFFF, UInt64(here) == count else {
      throw reader.failure("is a zip archive over several disks")
    }
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      (count, size, start, limit) = try Self.zip64(&reader, locatorAt: end - 20)
    }
    guard count <= UInt64(ZipArchive.maximumEntryCount) else {
      throw reader.failure(
        "holds \(count) entries, expected at most \(ZipArchive.maximumEntryCount)")
    }
    guard start <= UInt64(limit), size <= UInt64(limit) - start else {
      throw reader.failure(
        "has its directory at byte \(start) with \(size) bytes, outside the file")
    }
    entryCount = Int(count)
    range = Int(start)..<Int(start) + Int(size)
  }

  /// The last end record, whose comment ends with the file.
  private static func endRecord(_ file: MappedFile) -> Int? {
    guard file.byteCount >= 22 else { return nil }
    let lowest = max(0, file.byteCount - 22 - 0xFFFF)
    return file.withBytes { bytes in
      stride(from: file.byteCount - 22, through: lowest, by: -1).first { offset in
        bytes.littleEndian(UInt32.self, at: offset) == 0x0605_4B50
          && offset + 22 + Int(bytes.littleEndian(UInt16.self, at: offset + 20)) == file.byteCount
      }
    }
  }

  private static func zip64(
    _ reader: inout ZipReader, locatorAt locator: Int
  ) throws -> (count: UInt64, size: UInt64, start: UInt64, limit: Int) {
    guard locator >= 0 else { throw reader.failure("has no zip64 locator") }
    reader.offset = locator
    guard try reader.integer(UInt32.self) == 0x0706_4B50, try reader.integer(UInt32.self) == 0
    else {
      throw reader.failure("has no zip64 locator")
    }
    let offset = try reader.integer(UInt64.self)
    guard offset <= UInt64(locator) else {
      throw reader.failure("has its zip64 end record at byte \(offset), outside the file")
    }
    reader.offset = Int(offset)
    guard try reader.integer(UInt32.self) == 0x0606_4B50 else {
      throw reader.failure("has no zip64 end record")
    }
    try reader.skip(8 + 2 + 2)
    guard try reader.integer(UInt32.self) == 0, try reader.integer(UInt32.self) == 0 else {
      throw reader.failure("is a zip archive over several disks")
    }
    let here = try reader.integer(UInt64.self)
    let count = try reader.integer(UInt64.self)
    guard here == count else { throw reader.failure("is a zip archive over several disks") }
    let size = try reader.integer(UInt64.self)
    return (count, size, try reader.integer(UInt64.self), Int(offset))
  }
}

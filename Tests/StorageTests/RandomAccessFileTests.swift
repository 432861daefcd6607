// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

struct RandomAccessFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func bytesComeBackFromWhereTheyWerePut() throws {
    let file = try RandomAccessFile(path: directory.file("a"), .create)
    try file.write([1, 2, 3] as [UInt8], at: 5)
    #expect(try file.byteCount() == 8)
    #expect(try file.read(count: 4, at: 4) == [0, 1, 2, 3])
    #expect(throws: SPINError.self) { try file.read(count: 4, at: 5) }
    #expect(throws: SPINError.self) {
      try RandomAccessFile(path: directory.file("a"), .create)
    }
  }

  @Test func clonesAreIndependentOfTheirSource() throws {
    let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try OutputFile.write(bytes, to: directory.file("a"))
    try FileSystem.clone(directory.file("a"), to: directory.file("b"))
    #expect(try FileSystem.read(directory.file("b")) == bytes)
    try RandomAccessFile(path: directory.file("b"), .update).write([99] as [UInt8], at: 4_999_999)
    #expect(try FileSystem.read(directory.file("a")) == bytes)
  }

  @Test func freeSpaceIsPositive() throws {
    #expect(try FileSystem.freeByteCount(at: directory.path) > 0)
  }

  @Test(arguments: [
    ("a/b", "a", "b"), ("b", ".", "b"), ("/b", "/", "b"), ("a/b//", "a", "b"), ("/", "/", "/"),
    ("a//b", "a", "b"),
  ])
  func pathsAreTakenApart(path: String, parent: String, name: String) {
    #expect(FileSystem.parent(of: path) == parent)
    if path != "/" { #expect(FileSystem.name(of: path) == name) }
  }

  @Test func littleEndianNumbersNeedNoAlignment() {
    var bytes: [UInt8] = [7]
    bytes.append(littleEndian: UInt64(0x0102_0304_0506_0708))
    #expect(bytes[1] == 8)
    #expect(bytes.withRawSpan { $0.littleEndian(UInt64.self, at: 1) } == 0x0102_0304_0506_0708)
    #expect(bytes.withRawSpan { $0.byte(at: 0) } == 7)
  }
}

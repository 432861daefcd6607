// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINStorage
import SPINTestSupport
import Testing

struct MappedFileTests {
  private let directory: TemporaryDirectory
  private let path: String
  private let page = Int(getpagesize())
  private let content: [UInt8]

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("numbers")
    content = (0..<Int(getpagesize()) * 5 + 17).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try OutputFile.write(content, to: path)
  }

  @Test func anOverlayIsSeenByItsReaderAndByNobodyElse() throws {
    let file = try MappedFile(path: path)
    // Across the end of a page, and at both ends of the file.
    try file.overlay([1, 2, 3, 4], at: page * 2 - 2)
    try file.overlay([9], at: 0)
    try file.overlay([8], at: content.count - 1)
    var expected = content
    expected.replaceSubrange(page * 2 - 2..<page * 2 + 2, with: [1, 2, 3, 4])
    expected[0] = 9
    expected[content.count - 1] = 8
    #expect(file.bytes(0..<file.byteCount) == expected)
    #expect(try FileSystem.read(path) == content)
    #expect(try MappedFile(path: path).bytes(0..<content.count) == content)
  }

  @Test func releasingPagesKeepsAnOverlay() throws {
    let file = try MappedFile(path: path)
    try file.overlay([7, 7], at: page + 5)
    try file.overlay([6], at: page * 3)
    let expected = file.bytes(0..<file.byteCount)
    file.releasePages(0..<file.byteCount)
    #expect(file.bytes(0..<file.byteCount) == expected)
    file.releasePages(page..<page * 2)
    file.releasePages(page + 1..<page * 2)
    #expect(file.bytes(0..<file.byteCount) == expected)
  }

  @Test func puttingTheOldBytesBackRestoresTheFile() throws {
    let file = try MappedFile(path: path)
    try file.overlay([7, 7], at: page + 5)
    try file.overlay(Array(content[page + 5..<page + 7]), at: page + 5)
    #expect(file.bytes(0..<file.byteCount) == content)
  }
}

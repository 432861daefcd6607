// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

/// What is no regular file is named as what it is, at once.
@Suite(.timeLimit(.minutes(1)))
struct RegularFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func fifo() -> String {
    let path = directory.file("fifo")
    let isMade = unsafe mkfifo(path, 0o600) == 0
    #expect(isMade)
    return path
  }

  private func message(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return "\(error)" }
  }

  @Test func aFIFOIsNotWaitedFor() {
    let path = fifo()
    let expected =
      "\(path): is a FIFO, expected a regular file; write its contents to a file first"
    #expect(message { _ = try MappedFile(path: path) } == expected)
    #expect(message { _ = try FileSystem.read(path) } == expected)
    for access in [
      RandomAccessFile.Access.read, .update, .createOrUpdate,
    ] {
      #expect(message { _ = try RandomAccessFile(path: path, access) } == expected, "\(access)")
    }
  }

  @Test func devicesAndDirectoriesAreNoFiles() {
    for (path, kind) in [("/dev/zero", "a device"), (directory.path, "a directory")] {
      let expected = "\(path): is \(kind), expected a regular file; check the path"
      #expect(message { _ = try MappedFile(path: path) } == expected)
      #expect(message { _ = try RandomAccessFile(path: path, .createOrUpdate) } == expected)
    }
  }

  /// A rename would put a file in place of the device, or of the link to it.
  @Test func outputsReplaceFilesOnly() throws {
    let link = directory.file("link")
    let isLinked = unsafe symlink("/dev/null", link) == 0
    #expect(isLinked)
    for path in ["/dev/null", link, fifo(), directory.path] {
      let found = message { try OutputFile.write([1], to: path) }
      #expect(found?.hasSuffix("expected a regular file; choose the name of a file") == true)
    }
    #expect(FileSystem.status(link, following: false)?.kind == .symbolicLink)
    #expect(FileSystem.status("/dev/null")?.kind == .other)
  }
}

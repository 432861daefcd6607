// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

struct MakeDirectoriesTests {
  @Test func whatWasMadeIsSaidAndCanBeTakenBack() throws {
    let folder = try TemporaryDirectory()
    let inner = folder.file("a/b/c")
    let made = try FileSystem.makeDirectories(to: inner)
    #expect(made == ["a", "a/b", "a/b/c"].map(folder.file))
    #expect(try FileSystem.makeDirectories(to: inner).isEmpty)
    try OutputFile.write([1], to: folder.file("a/kept"))
    FileSystem.removeEmptyDirectories(made)
    #expect(try FileSystem.names(in: folder.path) == ["a"])
    #expect(try FileSystem.names(in: folder.file("a")) == ["kept"])
  }

  @Test func nothingIsLeftWhereOneCannotBeMade() throws {
    let folder = try TemporaryDirectory()
    let tooLong = String(repeating: "x", count: 300)
    #expect(throws: SPINError.self) {
      try FileSystem.ensureDirectory(folder.file("typo/deep/\(tooLong)"))
    }
    #expect(try FileSystem.names(in: folder.path).isEmpty)
  }

  /// Of two processes that make a folder, the later one finds it.
  @Test func aFolderThatAppearsMeanwhileWillDo() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a")
    let made = try FileFault.withHook(
      below: folder.path,
      { operation, path in
        guard operation == .makeDirectory else { return }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      },
      { try FileSystem.makeDirectories(to: path) })
    #expect(made.isEmpty)
    #expect(FileSystem.status(path)?.kind == .directory)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINStorage
import SPINTestSupport
import Synchronization
import Testing

struct OutputFileTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.file("a.json") }

  init() throws { directory = try TemporaryDirectory() }

  @Test func theFileAppearsWhole() throws {
    let file = try OutputFile(path: path)
    try file.write([1, 2])
    #expect(FileSystem.status(path) == nil)
    try file.write([3])
    try file.commit()
    #expect(try FileSystem.read(path) == [1, 2, 3])
    #expect(try FileSystem.names(in: directory.path) == ["a.json"])
  }

  @Test func theOldFileStaysUntilTheNewOneIsWhole() throws {
    try OutputFile.write([1], to: path)
    do {
      let file = try OutputFile(path: path)
      try file.write([2, 2])
    }
    #expect(try FileSystem.read(path) == [1])
    try OutputFile.write([2, 2], to: path)
    #expect(try FileSystem.read(path) == [2, 2])
  }

  /// Create, write, synchronize, rename, synchronize the directory: stop before each of them.
  @Test func whateverStepFailsTheOldOrTheNewFileIsThere() throws {
    try OutputFile.write([1], to: path)
    for step in 0..<5 {
      let count = Mutex(0)
      #expect(throws: SPINError.self, "step \(step)") {
        try FileFault.withHook(
          below: directory.path,
          { operation, path in
            let now = count.withLock {
              $0 += 1
              return $0 - 1
            }
            // The file system refuses one operation; removing what was begun still works.
            if now == step { throw SPINError.cannotWrite(path, errno: ENOSPC) }
          }
        ) { try OutputFile.write([2, 2], to: path) }
      }
      #expect(try FileSystem.read(path) == (step < 4 ? [1] : [2, 2]), "step \(step)")
      #expect(try FileSystem.names(in: directory.path) == ["a.json"], "step \(step)")
    }
  }

  @Test func aFullDiskIsSaidUnderTheNameAskedFor() throws {
    do {
      try FileFault.withHook(
        below: directory.path,
        { operation, path in
          if operation == .write { throw SPINError.cannotWrite(path, errno: ENOSPC) }
        }
      ) { try OutputFile.write([2, 2], to: path) }
      Issue.record("nothing was thrown")
    } catch {
      #expect(
        "\(error)" == "\(path): cannot be written (No space left on device); free some disk space, "
          + "then run the same command again")
      #expect((error as? SPINError)?.code == .inputOutput)
    }
  }

  @Test func aFolderThatIsNotThereIsSaid() {
    let error = #expect(throws: SPINError.self) {
      try OutputFile.write([], to: directory.file("x/a.json"))
    }
    #expect(error?.code == .cannotCreate)
    #expect(
      error?.description == "\(directory.file("x/a.json")): cannot be written (No such file or "
        + "directory); choose a path that you may write to")
  }
}

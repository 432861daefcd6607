// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

/// A lock that is opened a second time stands for one of another process: it belongs to the open file.
struct SharedDirectoryLockTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private final class Other {
    let descriptor: Int32

    init(_ path: String) { descriptor = unsafe open(path, O_RDONLY) }

    func claim(_ operation: Int32) -> Bool { flock(descriptor, operation | LOCK_NB) == 0 }

    deinit { close(descriptor) }
  }

  @Test func readersShareAndEditorsAreAlone() throws {
    let other = Other(folder.path)
    let lock = try SharedDirectoryLock.hold(folder.path)
    #expect(other.claim(LOCK_SH))
    let error = #expect(throws: SPINError.self) { try lock.exclusively {} }
    #expect(error?.code == .resumable)
    #expect(error?.message == "is being read or edited by another process")
    #expect(other.claim(LOCK_UN))
    // What was held before is held again.
    #expect(!other.claim(LOCK_EX))
    #expect(try lock.exclusively { !other.claim(LOCK_SH) })
    #expect(!other.claim(LOCK_EX))
    #expect(other.claim(LOCK_SH))
  }

  @Test func nobodyReadsWhatIsEdited() throws {
    let other = Other(folder.path)
    #expect(other.claim(LOCK_EX))
    let error = #expect(throws: SPINError.self) { try SharedDirectoryLock.hold(folder.path) }
    #expect(error?.code == .resumable)
    #expect(error?.message == "is being edited by another process")
  }

  /// Two who read and wish to edit do not wait for each other for ever.
  @Test func twoEditorsGetTheirTurns() throws {
    let other = Other(folder.path)
    #expect(other.claim(LOCK_SH))
    let lock = try SharedDirectoryLock.hold(folder.path)
    let descriptor = other.descriptor
    Thread.detachNewThread {
      usleep(100_000)
      flock(descriptor, LOCK_UN)
    }
    #expect(try lock.exclusively { !other.claim(LOCK_SH) })
  }

  @Test func oneProcessHoldsOnce() throws {
    let first = try SharedDirectoryLock.hold(folder.path)
    let second = try SharedDirectoryLock.hold(folder.path + "/.")
    #expect(first === second)
    #expect(try first.exclusively { try SharedDirectoryLock.hold(folder.path) === second })
  }

  @Test func aFolderThatCannotBeWrittenCanBeHeld() throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
    defer {
      try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    }
    _ = try SharedDirectoryLock.hold(folder.path)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

/// A claim that is refused leaves the files of other threads alone.
struct DirectoryLockTests {
  @Test func aRefusedClaimClosesNothingOfOthers() async throws {
    let folder = try TemporaryDirectory()
    let lock = try DirectoryLock(folder.path)
    let path = folder.path
    async let refused = Task.detached {
      (0..<4_000).count { _ in
        do {
          _ = try DirectoryLock(path)
          return false
        } catch { return (error as? SPINError)?.code == .resumable }
      }
    }.value
    async let failures = Task.detached {
      (0..<1_000).count { _ in
        do {
          let file = try RandomAccessFile(path: path + "/file", .createOrUpdate)
          try file.write([1, 2, 3] as [UInt8], at: 0)
          return false
        } catch { return true }
      }
    }.value
    #expect(await refused == 4_000)
    #expect(await failures == 0)
    lock.release()
  }

  #if os(Linux)
    /// A child that is being started holds what its parent has open until it runs its program.
    @Test func aClaimEndsWithItsObject() throws {
      let folder = try TemporaryDirectory()
      var lock: DirectoryLock? = try DirectoryLock(folder.path)
      let copies = (0..<1024).filter {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))
          == folder.path
      }.map { dup($0) }
      defer { for copy in copies { close(copy) } }
      #expect(lock != nil && copies.count == 1)
      lock = nil
      _ = try DirectoryLock(folder.path)
    }
  #endif
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import Synchronization

/// An advisory lock on a directory, shared by the processes that read it and exclusive while one
/// edits it.
///
/// The lock excludes other processes, not other code in this one: all holders of a directory in a
/// process share one lock, because `flock` locks belong to an open file and a second one would
/// block the first. Nothing is written, so read-only folders can be locked. On file systems without
/// locks, acquiring always succeeds.
package final class SharedDirectoryLock: Sendable {
  private struct Reference { weak var lock: SharedDirectoryLock? }

  /// The locks of this process, by device and inode number of the directory.
  private static let held = Mutex<[String: Reference]>([:])

  private let path: String
  private let descriptor: Int32
  private let editing = Mutex(())

  private init(_ path: String, _ descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  /// Acquires a shared lock on a directory, for reading.
  ///
  /// - Throws: `SPINError` with code `resumable` if another process is editing it.
  package static func hold(_ path: String) throws -> SharedDirectoryLock {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else { throw SPINError.cannotOpen(path, errno: errno) }
    // From here on, `deinit` closes the descriptor.
    let lock = SharedDirectoryLock(path, descriptor)
    let identity = FileMark(descriptor).map { "\($0.device):\($0.number)" } ?? path
    return try held.withLock { held in
      held = held.filter { $0.value.lock != nil }
      if let other = held[identity]?.lock { return other }
      guard lock.claim(LOCK_SH) else {
        throw SPINError(
          .resumable, at: path, "is being edited by another process",
          remedy: "wait for it to end, then run the command again")
      }
      held[identity] = Reference(lock: lock)
      return lock
    }
  }

  /// Runs `body` while no other process reads or edits the directory.
  ///
  /// `flock` may release the shared lock before it grants the exclusive one, so anything read from
  /// the directory earlier must be checked again in `body`.
  ///
  /// - Throws: `SPINError` with code `resumable` if another process keeps reading or editing it.
  package func exclusively<Result: Sendable>(_ body: () throws -> Result) throws -> Result {
    try editing.withLock { _ in
      try claimAlone()
      // Downgrades the lock that is held, so that no other process can acquire the exclusive lock
      // in between.
      defer { flock(descriptor, LOCK_SH) }
      return try body()
    }
  }

  /// Acquires the exclusive lock, releasing the shared one for a random time between attempts:
  /// otherwise two readers that both want to edit would block each other forever.
  private func claimAlone() throws {
    for _ in 0..<40 {
      if claim(LOCK_EX) { return }
      flock(descriptor, LOCK_UN)
      usleep(.random(in: 10_000...90_000))
    }
    _ = claim(LOCK_SH)
    throw SPINError(
      .resumable, at: path, "is being read or edited by another process",
      remedy: "wait for it to end, then run the command again")
  }

  private func claim(_ operation: Int32) -> Bool {
    flock(descriptor, operation | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  deinit {
    // Closing alone would not release the lock: a child process shares the open file between fork
    // and exec.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

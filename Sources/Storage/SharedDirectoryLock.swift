// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import Synchronization

/// A claim on a directory that processes share while they read it, and that one has alone while it edits.
///
/// It excludes processes, not parts of one: whoever holds a directory twice in a process holds one claim, because a lock
/// belongs to an open file and a second one would stand in the way of the first. Nothing is written, so that a folder
/// that cannot be written can be held. File systems without locks are taken on trust.
package final class SharedDirectoryLock: Sendable {
  private struct Reference { weak var lock: SharedDirectoryLock? }

  /// What this process holds, by device and number of the directory.
  private static let held = Mutex<[String: Reference]>([:])

  private let path: String
  private let descriptor: Int32
  private let editing = Mutex(())

  private init(_ path: String, _ descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  /// Claims a directory for reading.
  ///
  /// - Throws: `SPINError` with code `resumable` where another process is editing it.
  package static func hold(_ path: String) throws -> SharedDirectoryLock {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else { throw SPINError.cannotOpen(path, errno: errno) }
    // From here on whoever lets go of it closes it.
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

  /// Does something while no other process reads or edits the directory.
  ///
  /// The lock is let go of on the way from shared to sole, as `flock` has it: what was known of the directory
  /// before has to be looked at again.
  ///
  /// - Throws: `SPINError` with code `resumable` where another process reads or edits it and continues to.
  package func exclusively<Result: Sendable>(_ body: () throws -> Result) throws -> Result {
    try editing.withLock { _ in
      try claimAlone()
      // No process can acquire the exclusive lock in between: this converts what is held.
      defer { flock(descriptor, LOCK_SH) }
      return try body()
    }
  }

  /// Two who read and wish to edit would stand in each other's way for ever: each steps aside for a moment,
  /// some of them longer.
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
    // Before the file is closed: a child that is being started holds the same one until it runs its program.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

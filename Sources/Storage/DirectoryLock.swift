// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// A claim on a directory or a file that other processes of ours respect; it ends with the process.
package final class DirectoryLock: Sendable {
  private let descriptor: Int32

  /// Claims a directory or a file.
  ///
  /// - Throws: `SPINError` with code `resumable` where another process holds it.
  package init(_ path: String) throws {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw SPINError.cannotOpen(path, errno: errno) }
    // File systems without locks are taken on trust.
    // Whoever throws from here on is let go of, which closes the file: not twice, since another thread
    // may have been given the number again by then.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      throw SPINError(
        .resumable, at: path, "is being worked on by another process",
        remedy: "wait for it to end, then run the command again")
    }
  }

  /// Gives the directory back; letting go of the object does the same.
  package func release() { flock(descriptor, LOCK_UN) }

  deinit {
    // Before the file is closed: a child that is being started holds the same one until it runs its program.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// An advisory lock on a directory or a file, respected by other processes of this
/// program and released when the process ends.
package final class DirectoryLock: Sendable {
  private let descriptor: Int32

  /// Locks an existing directory or file.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - isShared: Whether others may hold a shared lock at the same time, as those that only look do.
  /// - Throws: `SPINError` with code `resumable` if another process holds the lock.
  package init(_ path: String, isShared: Bool = false) throws {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw SPINError.cannotOpen(path, errno: errno) }
    // On file systems without locks, any error other than EWOULDBLOCK counts as success. If this
    // initializer throws, `deinit` closes the descriptor. It must not be closed here as well, since
    // another thread may have been given the same number by then.
    guard flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 || errno != EWOULDBLOCK
    else {
      throw SPINError(
        .resumable, at: path, "is being worked on by another process",
        remedy: "wait for it to end, then run the command again")
    }
  }

  /// Releases the lock, as deinitialization does.
  package func release() { flock(descriptor, LOCK_UN) }

  deinit {
    // Closing alone would not release the lock: a child process shares the open file between fork
    // and exec.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

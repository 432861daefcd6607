// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// An exclusive lock on a lock file, compatible with the Python package `filelock`; it is released
/// when the process ends.
///
/// The file remains when the lock is released, so that all waiting processes use the same file. On
/// a file system without locks every caller gets a lock, so code that it protects must be correct
/// without it.
package final class FileLock: Sendable {
  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Acquires the lock if it is free.
  ///
  /// - Parameter path: The lock file, which is created if it is absent; a symbolic link is refused.
  /// - Returns: The lock; nil if another process, or other code in this one, holds it.
  package static func acquire(_ path: String) throws -> FileLock? {
    try FileFault.check(.create, path)
    // Group-writable, because users who share the cache need to open it for writing.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o664)
    guard descriptor >= 0 else { throw SPINError.cannotCreate(path, errno: errno) }
    let lock = FileLock(descriptor)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || ![EWOULDBLOCK, EACCES].contains(errno) else {
      return nil
    }
    // The file may have been removed in the meantime, in which case other processes use a new one.
    guard FileSystem.status(path, following: false)?.identity == FileSystem.identity(descriptor)
    else { return nil }
    return lock
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

extension FileSystem {
  /// The device and inode number of an open file.
  fileprivate static func identity(_ descriptor: Int32) -> String? {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    return "\(status.st_dev):\(status.st_ino)"
  }
}

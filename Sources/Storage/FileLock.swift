// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// An exclusive lock on a lock file, as the Python package `filelock` takes it; it ends with the process.
///
/// The file stays when the lock is released, so that all who wait look at the same one. On a file system
/// without locks every caller gets one: what it guards has to be right without it.
package final class FileLock: Sendable {
  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Takes a lock if it is free.
  ///
  /// - Parameter path: The lock file, which is made if it is absent; a symbolic link is refused.
  /// - Returns: The lock, nil where another process or another part of this one holds it.
  package static func acquire(_ path: String) throws -> FileLock? {
    try FileFault.check(.create, path)
    // Others who share the cache write it too.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o664)
    guard descriptor >= 0 else { throw SPINError.cannotCreate(path, errno: errno) }
    let lock = FileLock(descriptor)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || ![EWOULDBLOCK, EACCES].contains(errno) else {
      return nil
    }
    // Somebody may have removed the file between, and others look at a new one.
    guard FileSystem.status(path, following: false)?.identity == FileSystem.identity(descriptor)
    else { return nil }
    return lock
  }

  /// Gives the lock back; letting go of the object does the same.
  package func release() { flock(descriptor, LOCK_UN) }

  deinit {
    // Before the file is closed: a child that is being started holds the same one until it runs its program.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

extension FileSystem {
  /// Device and number of an open file.
  fileprivate static func identity(_ descriptor: Int32) -> String? {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    return "\(status.st_dev):\(status.st_ino)"
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// Removal of the temporary files of writers that were killed before `commit`.
///
/// A writer holds a lock on its temporary file as long as it lives. A file is considered abandoned
/// only if its name has the pattern of `OutputFile`, it is a regular file and its lock is free; on
/// a file system without locks, no file is.
extension OutputFile {
  /// Removes the temporary files that dead writers of `path` left.
  package static func removeAbandoned(of path: String) throws {
    let parent = FileSystem.parent(of: path)
    for name in try abandonedNames(of: path) { try removeIfAbandoned("\(parent)/\(name)") }
  }

  /// The names of the temporary siblings of `path`, of living and of dead writers.
  package static func abandonedNames(of path: String) throws -> [String] {
    try TemporaryName.file.names(beside: path)
  }

  /// Removes a temporary file if its writer is dead.
  static func removeIfAbandoned(_ path: String) throws {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      flock(descriptor, LOCK_EX | LOCK_NB) == 0
    else { return }
    try FileSystem.remove(path)
  }
}

extension RandomAccessFile {
  /// Acquires the lock that marks the writer of a new file as alive.
  ///
  /// - Returns: Whether the file still has a name afterwards; false if another process removed it.
  func claim() -> Bool {
    // The result is ignored: on a file system without locks, no process removes temporary files
    // either.
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && status.st_nlink > 0
  }
}

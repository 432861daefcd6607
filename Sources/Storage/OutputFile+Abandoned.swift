// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// What writers leave behind that are killed before `commit`.
///
/// A writer holds a lock on its temporary file as long as it lives. Only a file whose name has the pattern of
/// `OutputFile`, that is a regular file and whose lock is free is taken for a leftover; where the file system has
/// no locks, none is.
extension OutputFile {
  /// Removes what dead writers of `path` left behind.
  package static func removeAbandoned(of path: String) throws {
    let parent = FileSystem.parent(of: path)
    for name in try abandonedNames(of: path) { try removeIfAbandoned("\(parent)/\(name)") }
  }

  /// The names of temporary siblings of `path`, a writer's or a dead one's.
  package static func abandonedNames(of path: String) throws -> [String] {
    try TemporaryName.file.names(beside: path)
  }

  /// Removes a temporary file whose writer is dead; any other stays.
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
  /// Takes the lock that says that the writer of a new file lives.
  ///
  /// - Returns: Whether the file still has its name afterwards.
  func claim() -> Bool {
    // A file system without locks has no cleaner either.
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && status.st_nlink > 0
  }
}

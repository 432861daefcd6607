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

  /// Removes what dead writers of any file of a directory left behind.
  package static func removeAbandoned(in directory: String) throws {
    for name in try FileSystem.names(in: directory) where target(ofTemporary: name) != nil {
      try removeIfAbandoned("\(directory)/\(name)")
    }
  }

  /// The names of temporary siblings of `path`, a writer's or a dead one's.
  package static func abandonedNames(of path: String) throws -> [String] {
    let name = FileSystem.name(of: path)
    return try FileSystem.names(in: FileSystem.parent(of: path)).filter {
      target(ofTemporary: $0).map { Array($0.utf8) == Array(name.utf8) } ?? false
    }
  }

  /// The NAME of ".NAME.hex.tmp", nil for other names.
  static func target(ofTemporary name: String) -> Substring? {
    guard name.utf8.first == UInt8(ascii: "."), name.hasSuffix(".tmp") else { return nil }
    let inner = name.dropFirst().dropLast(4)
    guard let dot = inner.utf8.lastIndex(of: UInt8(ascii: ".")), dot > inner.startIndex else {
      return nil
    }
    let suffix = inner[inner.utf8.index(after: dot)...]
    let isHexadecimal = suffix.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
    }
    return (1...8).contains(suffix.utf8.count) && isHexadecimal ? inner[..<dot] : nil
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

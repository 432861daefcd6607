// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// The kind and attributes of what is at a path.
package struct FileStatus: Sendable, Equatable {
  /// The kind of an entry in a directory.
  package enum Kind: Sendable { case file, directory, symbolicLink, other }

  /// Whether the entry is a file, a folder, a link or something else.
  package let kind: Kind
  /// The size of a file in bytes.
  package let byteCount: Int
  /// The number of hard links to the file.
  package let linkCount: Int
  /// The device and inode number, equal for two paths of one file.
  package let identity: String
  /// The nine permission bits.
  package let permissions: Int
}

/// The file system operations that the program needs, each with one clear error.
package enum FileSystem {
  /// The status of what is at a path; nil if there is nothing or it cannot be examined.
  ///
  /// - Parameter following: Whether to follow a symbolic link at the end of the path.
  package static func status(_ path: String, following: Bool = true) -> FileStatus? {
    var status = stat()
    let result = unsafe following ? stat(path, &status) : lstat(path, &status)
    guard result == 0 else { return nil }
    let kind: FileStatus.Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .symbolicLink
      default: .other
      }
    return FileStatus(
      kind: kind, byteCount: Int(status.st_size), linkCount: Int(status.st_nlink),
      identity: "\(status.st_dev):\(status.st_ino)", permissions: Int(status.st_mode & 0o777))
  }

  /// The names in a directory, sorted by their bytes, without `.` and `..`.
  package static func names(in directory: String) throws -> [String] {
    guard let handle = unsafe opendir(directory) else {
      throw SPINError.cannotOpen(directory, errno: errno)
    }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The contents of a file, which should be small.
  package static func read(_ path: String) throws -> [UInt8] {
    let file = try MappedFile(path: path)
    return file.bytes(0..<file.byteCount)
  }

  /// Creates a directory whose parent exists.
  package static func makeDirectory(_ path: String) throws {
    try OutputFolder.willMakeDirectory(path)
    try FileFault.check(.makeDirectory, path)
    guard unsafe mkdir(path, 0o777) == 0 else { throw SPINError.cannotCreate(path, errno: errno) }
  }

  /// Creates a directory and its missing parents.
  package static func ensureDirectory(_ path: String) throws { _ = try makeDirectories(to: path) }

  /// Creates a directory and its missing parents.
  ///
  /// - Returns: The directories created, the innermost last.
  /// - Throws: `SPINError` if one cannot be created; those created before it are removed again.
  package static func makeDirectories(to path: String) throws -> [String] {
    if status(path)?.kind == .directory { return [] }
    let parent = parent(of: path)
    let made = parent == path ? [] : try makeDirectories(to: parent)
    do {
      try makeDirectory(path)
    } catch {
      // Another process has created it in the meantime.
      if status(path)?.kind == .directory { return made }
      removeEmptyDirectories(made)
      throw error
    }
    return made + [path]
  }

  /// Removes the directories that `makeDirectories` created, as far as they are empty.
  package static func removeEmptyDirectories(_ made: [String]) {
    // A directory that cannot be removed does no harm.
    for folder in made.reversed() { try? removeEmptyDirectory(folder) }
  }

  /// Renames a file or directory, atomically replacing a file of the new name.
  package static func rename(_ old: String, to new: String) throws {
    try FileFault.check(.rename, new)
    guard unsafe Foundation.rename(old, new) == 0 else {
      throw SPINError.cannotCreate(new, errno: errno)
    }
  }

  /// Sets the nine permission bits of a file.
  package static func setPermissions(_ permissions: Int, of path: String) throws {
    guard unsafe chmod(path, mode_t(permissions & 0o777)) == 0 else {
      throw SPINError.cannotWrite(path, errno: errno)
    }
  }

  /// Removes a file or a symbolic link; one that is already absent is not an error.
  package static func remove(_ path: String) throws {
    try FileFault.check(.remove, path)
    guard unsafe unlink(path) == 0 || errno == ENOENT else {
      throw SPINError.cannotWrite(path, errno: errno)
    }
  }

  /// Removes a directory with its contents; links are removed, not followed.
  package static func removeTree(_ path: String) throws {
    guard let status = status(path, following: false) else { return }
    guard status.kind == .directory else { return try remove(path) }
    for name in try names(in: path) { try removeTree(path + "/" + name) }
    try FileFault.check(.remove, path)
    guard unsafe rmdir(path) == 0 || errno == ENOENT else {
      throw SPINError.cannotWrite(path, errno: errno)
    }
  }

  /// Makes the names in a directory durable, so that they survive a loss of power.
  package static func synchronizeDirectory(_ path: String) throws {
    try FileFault.check(.synchronize, path)
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SPINError.cannotOpen(path, errno: errno) }
    defer { close(descriptor) }
    // Some file systems do not support this operation on directories; their names are durable
    // anyway, or nothing can be done.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw SPINError.cannotWrite(path, errno: errno)
    }
  }

  /// The number of bytes that an unprivileged user can still write to the file system of a
  /// directory.
  package static func freeByteCount(at directory: String) throws -> Int {
    var status = statvfs()
    guard unsafe statvfs(directory, &status) == 0 else {
      throw SPINError.cannotOpen(directory, errno: errno)
    }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(
        by: UInt64(status.f_frsize)
      ).partialValue)
  }

  /// The directory part of a path; "." for a bare name.
  package static func parent(of path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let slash = trimmed.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == trimmed.startIndex ? "/" : withoutTrailingSlashes(String(trimmed[..<slash]))
  }

  /// The last component of a path.
  package static func name(of path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let slash = trimmed.utf8.lastIndex(of: UInt8(ascii: "/")) else { return trimmed }
    return String(trimmed[trimmed.utf8.index(after: slash)...])
  }

  private static func withoutTrailingSlashes(_ path: String) -> String {
    var bytes = Array(path.utf8)
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}

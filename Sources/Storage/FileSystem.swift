// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// What is at a path.
package struct FileStatus: Sendable, Equatable {
  /// A kind of thing in a directory.
  package enum Kind: Sendable { case file, directory, symbolicLink, other }

  /// Whether it is a file, a folder or something else.
  package let kind: Kind
  /// The size of a file in bytes.
  package let byteCount: Int
  /// The number of names that the file has; more than one means hard links.
  package let linkCount: Int
  /// Device and number, equal for two paths of one file.
  package let identity: String
  /// Who may read, write and execute it: the nine bits of `chmod`.
  package let permissions: Int
}

/// The few operations on names that we need, each with one clear error.
package enum FileSystem {
  /// What is at a path, nil where nothing is.
  ///
  /// - Parameter following: Whether a symbolic link stands for what it points at.
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

  /// The names in a directory, sorted by their bytes.
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

  /// The whole of a small file.
  package static func read(_ path: String) throws -> [UInt8] {
    let file = try MappedFile(path: path)
    return file.bytes(0..<file.byteCount)
  }

  /// Makes a directory whose parent exists.
  package static func makeDirectory(_ path: String) throws {
    try OutputFolder.willMakeDirectory(path)
    try FileFault.check(.makeDirectory, path)
    guard unsafe mkdir(path, 0o777) == 0 else { throw SPINError.cannotCreate(path, errno: errno) }
  }

  /// Makes a directory and those above it, as far as they are absent.
  package static func ensureDirectory(_ path: String) throws { _ = try makeDirectories(to: path) }

  /// Makes a directory and those above it, as far as they are absent.
  ///
  /// - Returns: Those that were made, the innermost last.
  /// - Throws: `SPINError` where one cannot be made; none is left then.
  package static func makeDirectories(to path: String) throws -> [String] {
    if status(path)?.kind == .directory { return [] }
    let parent = parent(of: path)
    let made = parent == path ? [] : try makeDirectories(to: parent)
    do {
      try makeDirectory(path)
    } catch {
      // Another process was quicker.
      if status(path)?.kind == .directory { return made }
      removeEmptyDirectories(made)
      throw error
    }
    return made + [path]
  }

  /// Takes back what `makeDirectories` made, as far as nothing is in it.
  package static func removeEmptyDirectories(_ made: [String]) {
    // That they stay does no harm.
    for folder in made.reversed() { try? removeEmptyDirectory(folder) }
  }

  /// Gives something a new name, replacing a file of that name in one step.
  package static func rename(_ old: String, to new: String) throws {
    try FileFault.check(.rename, new)
    guard unsafe Foundation.rename(old, new) == 0 else {
      throw SPINError.cannotCreate(new, errno: errno)
    }
  }

  /// Says who may read, write and execute a file.
  package static func setPermissions(_ permissions: Int, of path: String) throws {
    guard unsafe chmod(path, mode_t(permissions & 0o777)) == 0 else {
      throw SPINError.cannotWrite(path, errno: errno)
    }
  }

  /// Removes a file or a symbolic link; one that is gone already is no error.
  package static func remove(_ path: String) throws {
    try FileFault.check(.remove, path)
    guard unsafe unlink(path) == 0 || errno == ENOENT else {
      throw SPINError.cannotWrite(path, errno: errno)
    }
  }

  /// Removes a directory with all that is in it; links in it are removed, not followed.
  package static func removeTree(_ path: String) throws {
    guard let status = status(path, following: false) else { return }
    guard status.kind == .directory else { return try remove(path) }
    for name in try names(in: path) { try removeTree(path + "/" + name) }
    try FileFault.check(.remove, path)
    guard unsafe rmdir(path) == 0 || errno == ENOENT else {
      throw SPINError.cannotWrite(path, errno: errno)
    }
  }

  /// Makes the names in a directory survive a loss of power.
  package static func synchronizeDirectory(_ path: String) throws {
    try FileFault.check(.synchronize, path)
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SPINError.cannotOpen(path, errno: errno) }
    defer { close(descriptor) }
    // Some file systems do not know this operation on directories; theirs are durable or nothing
    // can be done.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw SPINError.cannotWrite(path, errno: errno)
    }
  }

  /// The bytes that an ordinary user can still write to the file system of a directory.
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

  /// The directory that contains a path, "." for a bare name.
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

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// Files that are files, not something else that a path can lead to.
enum RegularFile {
  /// Opens an existing file and checks that it is a regular one.
  ///
  /// A FIFO without a writer is not waited for, and a device is not read: it need not end.
  ///
  /// - Parameter flags: `O_RDONLY` or `O_RDWR`, with `O_NOFOLLOW` where links are refused.
  /// - Returns: A descriptor that the caller closes.
  static func open(_ path: String, _ flags: Int32) throws -> Int32 {
    let descriptor = unsafe Foundation.open(path, flags | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      // What cannot be opened at all, as a socket, is named by what it is.
      let number = errno
      try check(FileSystem.mode(path), path)
      throw SPINError.cannotOpen(path, errno: number)
    }
    do {
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0 else {
        throw SPINError.cannotOpen(path, errno: errno)
      }
      try check(status.st_mode, path)
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  /// Refuses what is no regular file.
  ///
  /// - Parameter mode: Its type and permissions; nil where nothing is known.
  static func check(_ mode: mode_t?, _ path: String) throws {
    guard let mode, mode & S_IFMT != S_IFREG else { return }
    let kind =
      switch mode & S_IFMT {
      case S_IFDIR: "a directory"
      case S_IFIFO: "a FIFO"
      case S_IFSOCK: "a socket"
      case S_IFCHR, S_IFBLK: "a device"
      default: "not a regular file"
      }
    throw SPINError(
      .missingInput, at: path, "is \(kind), expected a regular file",
      remedy: mode & S_IFMT == S_IFIFO ? "write its contents to a file first" : "check the path")
  }
}

extension FileSystem {
  /// Type and permissions of what a path leads to, nil where that is nothing.
  static func mode(_ path: String) -> mode_t? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode : nil
  }
}

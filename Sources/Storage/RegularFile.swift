// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// Opens and checks regular files, as opposed to directories, devices, FIFOs and sockets.
enum RegularFile {
  /// Opens an existing file and checks that it is a regular file.
  ///
  /// It neither waits for the writer of a FIFO nor accepts a device, which might never end.
  ///
  /// - Parameter flags: `O_RDONLY` or `O_RDWR`, with `O_NOFOLLOW` where links are refused.
  /// - Returns: A descriptor that the caller closes.
  static func open(_ path: String, _ flags: Int32) throws -> Int32 {
    let descriptor = unsafe Foundation.open(path, flags | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      // If it cannot be opened because of its kind, as a socket cannot, the error names the kind.
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

  /// Throws an error that names the kind of anything but a regular file.
  ///
  /// - Parameter mode: The type and permissions; nil, which is accepted, if unknown.
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
  /// The type and permissions of what is at a path, following links; nil if there is nothing.
  static func mode(_ path: String) -> mode_t? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode : nil
  }
}

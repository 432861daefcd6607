// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

extension FileSystem {
  /// Creates a symbolic link at `path` to `target`.
  ///
  /// - Returns: Whether the link was created; false if the file system does not support symbolic
  ///   links.
  /// - Throws: `SPINError` if the name exists or the directory is not writable.
  package static func makeSymbolicLink(_ path: String, to target: String) throws -> Bool {
    try FileFault.check(.create, path)
    if unsafe symlink(target, path) == 0 { return true }
    let error = errno
    if [EPERM, ENOTSUP, ENOSYS].contains(error) { return false }
    throw SPINError.cannotCreate(path, errno: error)
  }

  /// The target of a symbolic link; nil if there is no link at the path.
  package static func symbolicLinkTarget(_ path: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: path)
  }

  /// The absolute path with all symbolic links resolved; nil if nothing exists there.
  package static func resolved(_ path: String) -> String? {
    guard let buffer = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(buffer) }
    return unsafe String(cString: buffer)
  }
}

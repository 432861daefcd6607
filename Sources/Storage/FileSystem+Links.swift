// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

extension FileSystem {
  /// Makes a symbolic link.
  ///
  /// - Returns: Whether there is one now; false where the file system knows no symbolic links.
  /// - Throws: `SPINError` where something of that name exists or the directory cannot be written.
  package static func makeSymbolicLink(_ path: String, to target: String) throws -> Bool {
    try FileFault.check(.create, path)
    if unsafe symlink(target, path) == 0 { return true }
    let error = errno
    if [EPERM, ENOTSUP, ENOSYS].contains(error) { return false }
    throw SPINError.cannotCreate(path, errno: error)
  }

  /// What a symbolic link points at, nil where there is no link.
  package static func symbolicLinkTarget(_ path: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: path)
  }

  /// The path without symbolic links, nil where nothing stands there.
  package static func resolved(_ path: String) -> String? {
    guard let buffer = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(buffer) }
    return unsafe String(cString: buffer)
  }
}

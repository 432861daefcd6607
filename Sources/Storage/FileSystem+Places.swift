// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

extension FileSystem {
  /// The path without repeated and trailing slashes and without `.` components: `out/.` becomes
  /// `out`.
  package static func normalized(_ path: String) -> String {
    let parts = path.utf8.split(separator: UInt8(ascii: "/")).map { String($0) ?? "" }
      .filter { $0 != "." }
    if path.utf8.first == UInt8(ascii: "/") { return "/" + parts.joined(separator: "/") }
    return parts.isEmpty && !path.isEmpty ? "." : parts.joined(separator: "/")
  }

  /// Requires that neither an output folder nor an input folder contains the other.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` if they are the same or one contains the other,
  ///   with links resolved.
  package static func requireApart(_ output: String, from input: String) throws {
    guard let read = resolved(input), let written = resolvedBeginning(of: output) else { return }
    let isInside = (written + "/").utf8.starts(with: (read + "/").utf8)
    guard isInside || (read + "/").utf8.starts(with: (written + "/").utf8) else { return }
    throw SPINError(
      .cannotCreate, at: output,
      "\(isInside ? "lies inside" : "holds") \(input), which this command reads",
      remedy: "choose a separate path")
  }

  /// The absolute path with symbolic links resolved as far as its components exist; nil if none
  /// does.
  package static func resolvedBeginning(of path: String) -> String? {
    if let whole = resolved(path) { return whole }
    let parent = parent(of: path)
    guard parent != path, let beginning = resolvedBeginning(of: parent) else { return nil }
    return (beginning == "/" ? "" : beginning) + "/" + name(of: path)
  }

  /// Whether entries can be added to a folder and removed from it.
  package static func isWritable(_ directory: String) -> Bool {
    unsafe access(directory, W_OK | X_OK) == 0
  }

  /// Removes a folder if it is empty; one that is absent or not empty is not an error.
  package static func removeEmptyDirectory(_ path: String) throws {
    try FileFault.check(.remove, path)
    guard unsafe rmdir(path) == 0 || [ENOENT, ENOTEMPTY, EEXIST].contains(errno) else {
      throw SPINError.cannotWrite(path, errno: errno)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

extension FileSystem {
  /// The path without repeated and trailing slashes.
  package static func normalized(_ path: String) -> String {
    let parts = path.utf8.split(separator: UInt8(ascii: "/")).map { String($0) ?? "" }
    return (path.utf8.first == UInt8(ascii: "/") ? "/" : "") + parts.joined(separator: "/")
  }

  /// The path of the entry itself, which may be a link: `link/.` and `link//` become `link`.
  package static func entry(_ path: String) -> String {
    var path = normalized(path)
    while path.utf8.count > 2, path.hasSuffix("/.") { path.removeLast(2) }
    return path
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

  /// Requires that a path is that of a folder that can be changed, or of one that can be made.
  ///
  /// - Throws: `SPINError` with code `cannotCreate`.
  package static func requireFolder(at path: String) throws {
    func fail(_ place: String, _ found: SettingText) -> SPINError {
      SPINError(
        .cannotCreate, at: place, found, remedy: "choose another \(setting: .directory)")
    }
    guard !path.isEmpty else { throw fail("\"\"", "is no name of a folder") }
    if let long = path.split(separator: "/").first(where: { $0.utf8.count > 255 }) {
      throw fail("\(long.prefix(60))..", "has \(long.utf8.count) bytes, a name has at most 255")
    }
    var place = normalized(path)
    while true {
      if let status = status(place) {
        guard status.kind == .directory else { throw fail(place, "is not a folder") }
        // A finished command may be repeated where nothing can be written.
        guard place == normalized(path) || isWritable(place) else {
          throw fail(place, "cannot be changed (\(SPINError.reason(EACCES)))")
        }
        return
      }
      let outer = parent(of: place)
      guard outer != place else { return }
      place = outer
    }
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

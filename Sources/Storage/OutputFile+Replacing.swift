// SPDX-License-Identifier: Apache-2.0

import SPINErrors

extension OutputFile {
  /// Requires that no symbolic link is at a path where a file or folder will be written.
  ///
  /// Writing through a link would write to an unchecked location, and replacing it would remove a
  /// link that somebody made.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` that names the link and its target.
  package static func requireNoLink(_ path: String) throws {
    guard FileSystem.status(path, following: false)?.kind == .symbolicLink else { return }
    let target = FileSystem.symbolicLinkTarget(path).map { " to \($0)" } ?? ""
    throw SPINError(
      .cannotCreate, at: path, "is a symbolic link\(target), which is not written through",
      remedy: "name what it leads to, or remove the link")
  }

  /// Requires that the file at a path given by the user is absent or empty, or is of the kind to be
  /// written.
  ///
  /// A device or another special file passes this check; `OutputFile` refuses it.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - kind: The kind of file to be written, for the message: "a patch".
  ///   - marker: A text in the first or last 4,096 bytes of every file of that kind.
  /// - Throws: `SPINError` with code `cannotCreate` if anything else would be overwritten.
  package static func requireReplaceable(_ path: String, by kind: String, marker: String) throws {
    try requireNoLink(path)
    guard let status = FileSystem.status(path) else { return }
    if status.kind == .other { return }
    if status.kind == .file {
      if status.byteCount == 0 { return }
      let file = try RandomAccessFile(path: path, .read)
      let count = min(status.byteCount, 4096)
      let ends = [
        try file.read(count: count, at: 0),
        try file.read(count: count, at: status.byteCount - count),
      ]
      if ends.contains(where: { String(decoding: $0, as: UTF8.self).contains(marker) }) { return }
    }
    throw SPINError(
      .cannotCreate, at: path, "exists and is not \(kind)",
      remedy: "remove it, or choose another name")
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors

extension OutputFile {
  /// Requires that a file at a place that a user named is absent, or such a one as would be written there.
  ///
  /// - Parameters:
  ///   - path: The place.
  ///   - kind: What is written there, for the message: "a patch".
  ///   - marker: A text near the beginning or the end of every such file.
  /// - Throws: `SPINError` with code `cannotCreate` where anything else would be written over.
  package static func requireReplaceable(_ path: String, by kind: String, marker: String) throws {
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

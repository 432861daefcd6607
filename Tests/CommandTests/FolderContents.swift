// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs

/// Everything below a folder: relative paths, and the SHA-256 of each file, but for the record of what was written there,
/// which holds digests of files that hold times.
struct FolderContents: Equatable, CustomStringConvertible {
  /// Hidden files too; a folder has the digest "folder".
  let digests: [String: String]

  init(of folder: String) throws {
    var digests: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder)
    where !name.hasSuffix(".spin-files") {
      let path = folder + "/" + name
      let type = try FileManager.default.attributesOfItem(atPath: path)[.type]
      digests[name] =
        type as? FileAttributeType == .typeDirectory
        ? "folder" : FileDigest.sha256(try bytes(of: path))
    }
    self.digests = digests
  }

  var names: [String] { digests.keys.sorted() }

  var description: String { names.joined(separator: ", ") }
}

/// The bytes of a file.
func bytes(of path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: path)))
}

/// The text of a file.
func text(of path: String) throws -> String {
  try String(contentsOfFile: path, encoding: .utf8)
}

/// Writes a file.
func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
  try Data(bytes).write(to: URL(filePath: path))
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// The list of a commit's files, stored as huggingface_hub does, so that it need not be requested
/// again.
///
/// - Source: `_tree_cache.py` of huggingface_hub 2.4, format 1.
extension HubCache {
  private func treePath(_ commit: String, of reference: HubReference) -> String {
    "\(folder(of: reference))/trees/\(commit).json"
  }

  /// The stored list of a commit's files; nil if there is none or it is invalid.
  func tree(_ commit: String, of reference: HubReference) -> [RemoteFile]? {
    let path = treePath(commit, of: reference)
    guard let status = FileSystem.status(path), status.kind == .file,
      status.byteCount <= HubListing.largestPage, let bytes = try? FileSystem.read(path),
      let object = (try? JSON(parsing: bytes, path: path))?.object,
      object["format_version"] == 1, let files = object["files"]?.object
    else { return nil }
    return try? files.members.map { name, value in
      let entry = try value.requireObject(at: path)
      let gitName: String = try entry.required("blob_id")
      let sha256: String? = try entry.optional("lfs_sha256")
      guard let digest = ContentDigest(name: sha256 ?? gitName),
        ContentDigest(name: gitName) != nil
      else { throw SPINError(.malformedInput, "no digest") }
      let large: Int? = try sha256 == nil ? nil : entry.optional("lfs_size")
      let size: Int = try large ?? entry.required("size")
      guard RemoteFile.sizes ~= size else { throw SPINError(.malformedInput, "no size") }
      return RemoteFile(
        path: try RemoteFile.checked(path: name, of: reference), byteCount: size, digest: digest,
        gitName: gitName,
        xetHash: try entry.optional("xet_hash"))
    }
  }

  /// Stores the list of a commit's files, if every one is in the cache.
  ///
  /// huggingface_hub takes a snapshot with a list for incomplete if a file is missing, and one
  /// without a list for a deliberate selection. A snapshot that contains only the files of a model
  /// is such a selection.
  func recordTree(_ files: [RemoteFile], _ commit: String, of reference: HubReference) {
    let path = treePath(commit, of: reference)
    guard files.allSatisfy({ holds($0, commit, of: reference) }),
      FileSystem.status(path, following: false) == nil
    else { return }
    var entries = JSONObject()
    for file in files.sorted(by: { $0.path < $1.path }) {
      var entry: JSONObject = ["size": JSON(file.byteCount), "blob_id": .string(file.gitName)]
      if case .sha256(let digits) = file.digest {
        entry["lfs_sha256"] = .string(digits)
        entry["lfs_size"] = JSON(file.byteCount)
      }
      if let xet = file.xetHash { entry["xet_hash"] = .string(xet) }
      entries[file.path] = .object(entry)
    }
    let document: JSON = ["format_version": 1, "files": .object(entries)]
    // Errors are ignored, since a list that is not stored is only requested again.
    try? FileSystem.ensureDirectory(FileSystem.parent(of: path))
    try? OutputFile.write(Array(document.serialized().utf8), to: path)
  }
}

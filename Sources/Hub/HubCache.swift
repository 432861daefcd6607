// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// The cache folder that huggingface_hub, transformers and this program share.
///
///     models--owner--name/blobs/<digest>                    contents, by SHA-256 or git object name
///     models--owner--name/snapshots/<commit>/<path>         links to the blobs
///     models--owner--name/refs/<revision>                   the commit of a branch, a tag or a short commit
///     models--owner--name/trees/<commit>.json               the list of a commit's files, if stored
///     .locks/models--owner--name/<digest>.lock              the lock for writing a blob
///
/// - Source: `file_download.py`, `_tree_cache.py` of huggingface_hub 2.4.
struct HubCache: Sendable {
  /// The path of the cache folder.
  let path: String
  /// Whether snapshots contain links to blobs, rather than the files themselves.
  let usesSymbolicLinks: Bool

  /// The folder of a repository.
  func folder(of reference: HubReference) -> String { "\(path)/\(reference.folderName)" }

  func blob(_ digest: ContentDigest, of reference: HubReference) -> String {
    "\(folder(of: reference))/blobs/\(digest.name)"
  }

  func snapshot(_ commit: String, of reference: HubReference) -> String {
    "\(folder(of: reference))/snapshots/\(commit)"
  }

  // MARK: - Reading

  /// The commit of a revision, as recorded in the cache; nil if it is not recorded.
  func commit(of reference: HubReference) -> String? {
    let revision = reference.revisionOrMain
    if HubReference.isCommit(revision) { return revision }
    if let commit = readRef("\(folder(of: reference))/refs/\(revision)") { return commit }
    // An abbreviated commit, of which exactly one snapshot is in the cache.
    guard revision.utf8.count >= 7, HubReference.isHexadecimal(revision) else { return nil }
    let found = commits(of: reference).filter { $0.hasPrefix(revision) }
    return found.count == 1 ? found[0] : nil
  }

  /// The commits that have a snapshot in the cache.
  func commits(of reference: HubReference) -> [String] {
    let names = try? FileSystem.names(in: folder(of: reference) + "/snapshots")
    return (names ?? []).filter(HubReference.isCommit)
  }

  /// The recorded revisions with their commits.
  func refs(of reference: HubReference) -> [(revision: String, commit: String)] {
    func refs(below folder: String, _ prefix: String, _ depth: Int) -> [(String, String)] {
      // Skips temporary files of other programs: their names begin with a dot or end with .tmp.
      let names = ((try? FileSystem.names(in: folder)) ?? []).filter {
        !$0.hasPrefix(".") && !$0.hasSuffix(".tmp")
      }
      return names.flatMap { name -> [(String, String)] in
        let path = "\(folder)/\(name)"
        switch FileSystem.status(path)?.kind {
        case .directory where depth < 8: return refs(below: path, prefix + name + "/", depth + 1)
        case .file: return readRef(path).map { [(prefix + name, $0)] } ?? []
        default: return []
        }
      }
    }
    return refs(below: folder(of: reference) + "/refs", "", 0)
  }

  private func readRef(_ path: String) -> String? {
    guard let status = FileSystem.status(path), status.kind == .file, status.byteCount <= 100,
      let bytes = try? FileSystem.read(path)
    else { return nil }
    let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    return HubReference.isCommit(text) ? text : nil
  }

  /// Whether a file of a commit is in the cache with the expected size; its digest is not checked.
  func holds(_ file: RemoteFile, _ commit: String, of reference: HubReference) -> Bool {
    let status = FileSystem.status("\(snapshot(commit, of: reference))/\(file.path)")
    return status?.kind == .file && status?.byteCount == file.byteCount
  }

  // MARK: - Writing

  /// Creates the folders of a repository, and checks that none is a link that leads elsewhere.
  ///
  /// Others may write to a shared cache, and such a link would let them choose what this program
  /// overwrites.
  func prepare(_ reference: HubReference, commit: String) throws {
    try FileSystem.ensureDirectory("\(path)/.locks/\(reference.folderName)")
    tag()
    let folder = folder(of: reference)
    for name in ["", "/blobs", "/snapshots", "/refs", "/snapshots/\(commit)"] {
      try FileSystem.ensureDirectory(folder + name)
      try requireInside(folder + name, folder)
    }
  }

  /// Marks the cache for backup programs, as huggingface_hub does.
  private func tag() {
    let file = path + "/CACHEDIR.TAG"
    guard FileSystem.status(file, following: false) == nil else { return }
    let text = """
      Signature: 8a477f597d28d172789f06886806bc55
      # This file is a cache directory tag created by huggingface_hub.
      # For information about cache directory tags, see:
      #\thttps://bford.info/cachedir/

      """
    // The cache works without it.
    try? write(Array(text.utf8), to: file)
  }

  /// Writes a file, whole or not at all.
  ///
  /// The temporary file is in the folder of locks, which huggingface_hub does not inspect;
  /// elsewhere it would take the leftover of a killed process for corruption.
  private func write(_ bytes: [UInt8], to file: String) throws {
    let suffix = String(UInt32.random(in: .min ... .max), radix: 16)
    let temporary = "\(path)/.locks/\(FileSystem.name(of: file)).\(suffix)"
    try OutputFile.write(bytes, to: temporary)
    try FileSystem.rename(temporary, to: file)
    try FileSystem.synchronizeDirectory(FileSystem.parent(of: file))
  }

  private func requireInside(_ path: String, _ folder: String) throws {
    guard let whole = FileSystem.resolved(path), let parent = FileSystem.resolved(folder),
      whole == parent || whole.hasPrefix(parent + "/")
    else {
      throw SPINError(
        .cannotCreate, at: path, "is a link that leads out of the folder of its repository",
        remedy: "remove it, then run the same command again")
    }
  }

  /// Records the commit of a revision, for later offline use.
  func record(_ commit: String, for reference: HubReference) throws {
    let revision = reference.revisionOrMain
    guard revision != commit, self.readRef(refPath(reference)) != commit else { return }
    try FileSystem.ensureDirectory(FileSystem.parent(of: refPath(reference)))
    try requireInside(FileSystem.parent(of: refPath(reference)), folder(of: reference))
    try write(Array(commit.utf8), to: refPath(reference))
  }

  private func refPath(_ reference: HubReference) -> String {
    "\(folder(of: reference))/refs/\(reference.revisionOrMain)"
  }

  /// Links a path of a snapshot to its blob, or moves the blob there; the caller holds the blob's
  /// lock.
  func link(_ file: RemoteFile, _ commit: String, of reference: HubReference) throws {
    let snapshot = snapshot(commit, of: reference)
    let path = "\(snapshot)/\(file.path)"
    try FileSystem.ensureDirectory(FileSystem.parent(of: path))
    try requireInside(FileSystem.parent(of: path), snapshot)
    if FileSystem.status(path, following: false) != nil { try FileSystem.remove(path) }
    let blob = blob(file.digest, of: reference)
    if usesSymbolicLinks {
      let depth = 1 + file.path.utf8.count { $0 == UInt8(ascii: "/") }
      let up = String(repeating: "../", count: depth + 1)
      do {
        if try FileSystem.makeSymbolicLink(path, to: "\(up)blobs/\(file.digest.name)") { return }
      } catch  where FileSystem.status(path)?.byteCount == file.byteCount {
        // Another process created the link just now.
        return
      }
    }
    try FileSystem.rename(blob, to: path)
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// The folder of repositories that huggingface_hub, transformers and this program share.
///
///     models--owner--name/blobs/<digest>                    contents, by SHA-256 or by git's name
///     models--owner--name/snapshots/<commit>/<path>         links to them
///     models--owner--name/refs/<revision>                   the commit of a branch, a tag or a short commit
///     models--owner--name/trees/<commit>.json               all files of a commit, where somebody listed them
///     .locks/models--owner--name/<digest>.lock              who writes a blob
///
/// - Source: `file_download.py`, `_tree_cache.py` of huggingface_hub 2.4.
struct HubCache: Sendable {
  /// The folder.
  let path: String
  /// Whether snapshots hold links, or the files themselves.
  let usesSymbolicLinks: Bool

  /// The folder of a repository.
  func folder(of reference: HubReference) -> String { "\(path)/\(reference.folderName)" }

  func blob(_ digest: ContentDigest, of reference: HubReference) -> String {
    "\(folder(of: reference))/blobs/\(digest.name)"
  }

  func snapshot(_ commit: String, of reference: HubReference) -> String {
    "\(folder(of: reference))/snapshots/\(commit)"
  }

  // MARK: - Finding

  /// The commit that a revision stands for here; nil where not looked up yet.
  func commit(of reference: HubReference) -> String? {
    let revision = reference.revisionOrMain
    if HubReference.isCommit(revision) { return revision }
    if let commit = readRef("\(folder(of: reference))/refs/\(revision)") { return commit }
    // The beginning of a commit, of which there is one snapshot.
    guard revision.utf8.count >= 7, HubReference.isHexadecimal(revision) else { return nil }
    let found = commits(of: reference).filter { $0.hasPrefix(revision) }
    return found.count == 1 ? found[0] : nil
  }

  /// The commits of which there is a snapshot.
  func commits(of reference: HubReference) -> [String] {
    let names = try? FileSystem.names(in: folder(of: reference) + "/snapshots")
    return (names ?? []).filter(HubReference.isCommit)
  }

  /// The revisions that were looked up, with their commits.
  func refs(of reference: HubReference) -> [(revision: String, commit: String)] {
    func refs(below folder: String, _ prefix: String, _ depth: Int) -> [(String, String)] {
      // Others write theirs here first, under a name that begins with a dot or ends with .tmp.
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

  /// Whether a file of a commit is here, whole as far as its size tells.
  func holds(_ file: RemoteFile, _ commit: String, of reference: HubReference) -> Bool {
    let status = FileSystem.status("\(snapshot(commit, of: reference))/\(file.path)")
    return status?.kind == .file && status?.byteCount == file.byteCount
  }

  // MARK: - Writing

  /// Makes the folders of a repository, and checks that they are its own.
  ///
  /// Others may write to a shared cache. A folder that is a link to somewhere else would let them choose what this
  /// program overwrites.
  func prepare(_ reference: HubReference, commit: String) throws {
    try FileSystem.ensureDirectory("\(path)/.locks/\(reference.folderName)")
    tag()
    let folder = folder(of: reference)
    for name in ["", "/blobs", "/snapshots", "/refs", "/snapshots/\(commit)"] {
      try FileSystem.ensureDirectory(folder + name)
      try requireInside(folder + name, folder)
    }
  }

  /// Marks the cache for programs that make backups, as huggingface_hub does.
  private func tag() {
    let file = path + "/CACHEDIR.TAG"
    guard FileSystem.status(file, following: false) == nil else { return }
    let text = """
      Signature: 8a477f597d28d172789f06886806bc55
      # This file is a cache directory tag created by huggingface_hub.
      # For information about cache directory tags, see:
      #\thttps://bford.info/cachedir/

      """
    // A cache without it works.
    try? write(Array(text.utf8), to: file)
  }

  /// Writes a file, whole or not at all.
  ///
  /// It grows in the folder of locks, where huggingface_hub does not look: elsewhere in the cache it takes what a
  /// killed process left of a file for damage.
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

  /// Records the commit of a revision, for those who look for it without network.
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

  /// Lets a path of a snapshot lead to its blob; whoever calls holds the blob's lock.
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
        // Another program made it just now.
        return
      }
    }
    try FileSystem.rename(blob, to: path)
  }
}

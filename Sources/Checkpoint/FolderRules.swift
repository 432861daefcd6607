// SPDX-License-Identifier: Apache-2.0

package import SPINErrors
import SPINStorage

/// What in the folder of a model is part of it.
///
/// A folder that somebody downloaded may hold links to anything: `README.md` to a private key, a folder to the one above. A
/// link is followed to a regular file
/// - in the folder itself, or
/// - in `../../blobs` of a folder in `snapshots`: the cache of the Hugging Face Hub, whose snapshots consist of links, or
/// - in a folder that holds, behind a link too, one of the model's weight files: a model that somebody linked file by
///   file.
///
/// Every other link is an error, as are pipes, sockets and devices. Weights lead the way because they prove themselves by
/// their header.
package struct FolderRules {
  private let root: String
  private let linkedFolders: Set<String>

  /// The rules for a folder.
  ///
  /// - Parameter weights: The names of its weight files, which have been opened as such.
  package init(folder: String, weights: [String]) {
    root = FileSystem.resolved(folder) ?? folder
    var linked = Set(
      weights.map { folder + "/" + $0 }
        .filter { FileSystem.status($0, following: false)?.kind == .symbolicLink }
        .compactMap { FileSystem.resolved($0) }.map { FileSystem.parent(of: $0) })
    let snapshots = FileSystem.parent(of: root)
    if FileSystem.name(of: snapshots) == "snapshots" {
      linked.insert(FileSystem.parent(of: snapshots) + "/blobs")
    }
    linkedFolders = linked
  }

  /// Whether something is of the tools that made or looked at the folder, and no part of a model.
  ///
  /// `.git` may hold passwords; `.cache` is huggingface_hub's record of a download; files of our own that begin with
  /// `.spin-` belong to the folder in which they are.
  package static func isForeign(_ name: String) -> Bool {
    foreignNames.contains(name.lowercased()) || foreignPatterns.contains { $0.matches(name) }
  }

  private static let foreignPatterns: [NamePattern] = [
    "._*", ".spin-*", ".*.tmp", ".*.partial", "*.incomplete",
  ]
  private static let foreignNames = [
    ".git", ".hg", ".svn", ".cache", ".huggingface", ".locks", ".ds_store", "thumbs.db",
    "desktop.ini", "__macosx", "__pycache__", ".ipynb_checkpoints", ".venv", ".idea", ".vscode",
  ]

  /// The regular file that a link stands for.
  ///
  /// - Throws: `SPINError` with code `malformedInput` where it stands for nothing that is part of the model.
  package func target(ofLink path: String) throws -> String {
    let words = FileSystem.symbolicLinkTarget(path) ?? "?"
    guard let target = FileSystem.resolved(path), let status = FileSystem.status(target) else {
      throw refusal(path, "is a link to \(words), which is not there or leads in a circle")
    }
    switch status.kind {
    case .file: break
    case .directory:
      let own = FileSystem.resolved(FileSystem.parent(of: path)) ?? root
      if (own + "/").hasPrefix(target == "/" ? "/" : target + "/") {
        throw refusal(path, "is a link to \(words), a folder in which the link itself is")
      }
      throw refusal(path, "is a link to the folder \(words), and links to folders are not followed")
    default: throw refusal(path, "is a link to \(words), which is neither a file nor a folder")
    }
    if linkedFolders.contains(FileSystem.parent(of: target)) { return target }
    guard target.hasPrefix(root + "/") else {
      throw refusal(path, "is a link out of the model's folder, to \(words)")
    }
    let parts = target.dropFirst(root.count + 1).split(separator: "/")
    guard !parts.contains(where: { Self.isForeign(String($0)) }) else {
      throw refusal(path, "is a link to \(words), which is no part of the model")
    }
    return target
  }

  /// The file that stands at a path: itself, or the one that a link there stands for; nil where nothing does.
  ///
  /// - Throws: `SPINError` where it is no regular file, or a link that is not followed.
  package func file(at path: String) throws -> String? {
    switch FileSystem.status(path, following: false)?.kind {
    case nil: return nil
    case .file: return path
    case .symbolicLink: return try target(ofLink: path)
    case .directory, .other: throw refusal(path, "is not a file")
    }
  }

  /// The error for what is neither a file nor a folder nor a link.
  package func refusal(of path: String) -> SPINError {
    refusal(path, "is neither a file nor a folder")
  }

  private func refusal(_ path: String, _ message: String) -> SPINError {
    SPINError(
      .malformedInput, at: path, message,
      remedy: "remove it, or put the file itself there if it belongs to the model")
  }
}

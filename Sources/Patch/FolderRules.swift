// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINStorage

/// What in the folder of a model is part of it.
///
/// A folder that somebody downloaded may hold links to anything: `README.md` to a private key, a folder to the one above. A
/// link is followed to a regular file
/// - in the folder itself, or
/// - in a folder that holds, behind a link too, one of the model's weight files: the `blobs` of the Hugging Face
///   cache, whose snapshots consist of links, or a model that somebody linked file by file.
///
/// Every other link is an error, as are pipes, sockets and devices. Weights prove themselves by their header, which is why
/// they lead the way.
struct FolderRules {
  private let root: String
  private let rootPath: String
  private let linkedFolders: Set<String>

  init(_ model: ModelDirectory) {
    rootPath = model.path
    root = FileSystem.resolved(model.path) ?? model.path
    linkedFolders = Set(
      model.weightFileNames.map { model.path + "/" + $0 }
        .filter { FileSystem.status($0, following: false)?.kind == .symbolicLink }
        .compactMap { FileSystem.resolved($0) }.map { FileSystem.parent(of: $0) })
  }

  /// Whether something is of the tools that made or looked at the folder, and no part of a model.
  ///
  /// `.git` may hold passwords; `.cache` is huggingface_hub's record of a download; files of our own that begin with
  /// `.spin-` belong to the folder in which they are.
  static func isForeign(_ name: String) -> Bool {
    let names = [
      ".git", ".hg", ".svn", ".cache", ".huggingface", ".locks", ".ds_store", "thumbs.db",
      "desktop.ini", "__macosx", "__pycache__", ".ipynb_checkpoints", ".venv", ".idea", ".vscode",
    ]
    return names.contains(name.lowercased())
      || ["._*", ".spin-*", ".*.tmp", ".*.partial", "*.incomplete"].contains {
        OtherCopies.matches(name, $0)
      }
  }

  /// The regular file that a link stands for.
  ///
  /// - Throws: `SPINError` with code `malformedInput` where it stands for nothing that is part of the model.
  func target(ofLink path: String) throws -> String {
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

  /// The error for what is neither a file nor a folder nor a link.
  func refusal(of path: String) -> SPINError {
    refusal(path, "is neither a file nor a folder")
  }

  private func refusal(_ path: String, _ message: String) -> SPINError {
    SPINError(
      .malformedInput, at: path, message,
      remedy: "remove it, or put the file itself there if it belongs to the model")
  }
}

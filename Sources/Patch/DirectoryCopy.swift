// SPDX-License-Identifier: Apache-2.0

package import SPINCheckpoint
import SPINErrors
import SPINStorage

/// What was copied of the folder of a model, and what was not.
///
/// Links stand for files as `FolderRules` says. What belongs to tools (`.git`, `.cache`, `.DS_Store`) is not copied, without
/// notice.
public struct CopyReceipt: Sendable, Equatable {
  /// The number of files copied.
  public let fileCount: Int
  /// How many of them share their bytes with the original.
  public let sharedCount: Int
  /// Other copies of the weights: those that were left out, or that were copied as they are.
  public let otherCopies: [OtherCopy]
  /// Whether the other copies were copied.
  public let keepsOtherCopies: Bool
  /// Whether the copy was there already, file by file and byte by byte, and nothing was written.
  public var wasThere = false
}

/// A copy of the folder of a model that appears under its name whole, or not at all.
package final class DirectoryCopy {
  private let model: ModelDirectory
  private let rules: FolderRules
  private let otherCopies: [OtherCopy]
  private let leftOut: Set<String>
  /// Whether the weights of the copy are not those of its other copies.
  private let isEdited: Bool
  private let output: OutputDirectory
  private var copiedCount = 0
  private var sharedCount = 0
  /// The permissions that the copies get once they have been changed.
  private var permissions: [(path: String, mode: Int)] = []

  /// The temporary path of the copy.
  package var temporaryPath: String { output.temporaryPath }

  /// Begins a copy.
  ///
  /// - Parameters:
  ///   - keepsOtherCopies: Whether to copy other copies of the weights too, which no edit changes.
  ///   - isEdited: Whether the copy is going to be edited, so that its card has to warn of them.
  /// - Throws: `SPINError` with code `cannotCreate` where the target exists and is not empty, lies
  ///   inside the model, or holds it.
  package init(
    of model: ModelDirectory, to target: String, keepsOtherCopies: Bool, isEdited: Bool = true
  ) throws {
    // Whether a folder that is there may be the copy shows in its weights' files, before anything is copied.
    func mayBeThere() -> Bool {
      model.files.allSatisfy { file in
        let path = target + "/" + FileSystem.name(of: file.path)
        return FileSystem.status(path, following: false)?.byteCount == file.file.byteCount
      }
    }
    try FileSystem.requireApart(target, from: model.path)
    self.model = model
    self.isEdited = isEdited
    rules = FolderRules(folder: model.path, weights: model.weightFileNames)
    otherCopies = try OtherCopies(model).found()
    leftOut = keepsOtherCopies ? [] : Set(otherCopies.map(\.path))
    output = try OutputDirectory(path: target, mayBeThere: mayBeThere)
  }

  /// Copies all files, with those in directories below, changes the copies and gives the directory its
  /// name; leaves nothing after an error.
  ///
  /// - Parameters:
  ///   - shouldStop: Checked while files are copied; true ends the work with an error of code `interrupted`.
  ///   - change: Changes the copies.
  /// - Throws: `SPINError`, with code `inputOutput` where the weights were changed meanwhile.
  package func make(
    shouldStop: () -> Bool = { false }, change: () throws -> Void
  ) throws -> CopyReceipt {
    try output.fill(shouldStop: shouldStop) {
      try copyFiles(in: "", depth: 0, shouldStop)
      try change()
      if isEdited, leftOut.isEmpty, !otherCopies.isEmpty {
        try OtherCopiesNotice.add(otherCopies, to: temporaryPath)
      }
      // A change may have removed what was copied.
      let copied = permissions.filter { FileSystem.status($0.path, following: false) != nil }
      for (path, mode) in copied { try FileSystem.setPermissions(mode, of: path) }
      copiedCount = copied.count
      try model.requireUnchanged()
    }
    return CopyReceipt(
      fileCount: copiedCount, sharedCount: sharedCount, otherCopies: otherCopies,
      keepsOtherCopies: leftOut.isEmpty, wasThere: output.wasThere)
  }

  /// - Parameter folder: A path in the model's folder, empty or with a slash at its end.
  private func copyFiles(in folder: String, depth: Int, _ shouldStop: () -> Bool) throws {
    let source = model.path + "/" + folder
    guard depth < 64 else {
      throw SPINError(
        .malformedInput, at: source, "is nested deeper than 64 folders",
        remedy: "a model has no such folders; remove them")
    }
    for name in try FileSystem.names(in: source) where !FolderRules.isForeign(name) {
      let path = source + name
      switch FileSystem.status(path, following: false)?.kind {
      case .directory:
        guard !leftOut.contains(folder + name + "/") else { continue }
        try FileSystem.makeDirectory(temporaryPath + "/" + folder + name)
        try copyFiles(in: folder + name + "/", depth: depth + 1, shouldStop)
      case .file where leftOut.contains(folder + name),
        .symbolicLink where leftOut.contains(folder + name):
        continue
      case .file: try copyFile(path, to: folder + name, shouldStop)
      case .symbolicLink:
        try copyFile(try rules.target(ofLink: path), to: folder + name, shouldStop)
      case .other: throw rules.refusal(of: path)
      // It was removed since it was listed.
      case nil: throw SPINError(.missingInput, at: path, "is gone", remedy: "run the command again")
      }
    }
    try FileSystem.synchronizeDirectory(temporaryPath + "/" + folder)
  }

  /// - Parameter place: The path of the copy in its folder.
  private func copyFile(
    _ source: String, to place: String, _ shouldStop: () -> Bool
  ) throws {
    guard let status = FileSystem.status(source, following: false), status.kind == .file else {
      throw rules.refusal(of: source)
    }
    let target = temporaryPath + "/" + place
    if try FileSystem.clone(source, to: target, shouldStop: shouldStop) { sharedCount += 1 }
    permissions.append((target, status.permissions))
  }
}

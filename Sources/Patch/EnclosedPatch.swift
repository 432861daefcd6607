// SPDX-License-Identifier: Apache-2.0

package import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINStorage

/// The patch that made an edited model, in the folder of the model: whoever gets the model can check the edit and revert
/// it.
///
/// It is `spin-patch.json`; where the model that was edited has a file of that name, such as the patch of an edit before
/// this one, `spin-patch-2.json` and so on.
package enum EnclosedPatch {
  private static let limit = 1000

  private static func name(_ number: Int) -> String {
    number == 1 ? "spin-patch.json" : "spin-patch-\(number).json"
  }

  /// The names under which a folder holds a patch; links are not followed.
  package static func names(of patch: Patch, in folder: String) throws -> [String] {
    try all(in: folder).filter { $0.patch.contentDigest == patch.contentDigest }.map(\.name)
  }

  /// A patch in the folder of a model, with its state there.
  package struct Found: Sendable {
    /// The name of its file.
    package let name: String
    /// The patch that the file holds.
    package let patch: Patch
    /// Whether the model has its edit; nil where it is of a model with other tensors.
    package let state: PatchVerification.State?
  }

  /// The patches in the folder of a model, in the order in which they were put there.
  ///
  /// Weights that a patch lists are compared; nothing is hashed.
  package static func found(in model: ModelDirectory) throws -> [Found] {
    try all(in: model.path).map { name, patch in
      Found(
        name: name, patch: patch, state: (try? patch.verify(model, hashing: false))?.state)
    }
  }

  /// The patch in the folder of a model that is used where none is named: the one that is applied or, of several, the
  /// one whose result has the digests of the model's files.
  ///
  /// - Throws: `SPINError` with code `usage` where there is none, or several could be meant.
  package static func meant(in model: ModelDirectory) throws -> Found {
    let found = try found(in: model)
    guard let first = found.first else {
      throw SPINError(
        .usage, at: model.path, "has no spin-patch.json, and no patch was named",
        remedy: "give the patch file after the model")
    }
    let inForce = found.filter { $0.state == .patched }
    if let only = inForce.count == 1 ? inForce.first : found.count == 1 ? first : nil {
      return only
    }
    let hashes = try model.fileHashes()
    let exact = inForce.filter { $0.patch.filesAfter == hashes }
    if exact.count == 1 { return exact[0] }
    throw SPINError(
      .usage, at: model.path,
      "holds \(found.map(\.name).joined(separator: ", ")), and any of them may be meant",
      remedy: "name one after the model, the last edit first")
  }

  private static func all(in folder: String) throws -> [(name: String, patch: Patch)] {
    let present = Set(try FileSystem.names(in: folder))
    return (1...limit).map(name).compactMap { name in
      let path = folder + "/" + name
      guard present.contains(name), FileSystem.status(path, following: false)?.kind == .file,
        let found = try? Patch(path: path)
      else { return nil }
      return (name, found)
    }
  }

  /// Writes a patch into the folder of an edited model, unless it holds the patch already.
  ///
  /// - Returns: The name of the file.
  /// - Throws: `SPINError` with code `cannotCreate` where all names are taken.
  static func write(_ patch: Patch, into folder: String) throws -> String {
    if let name = try names(of: patch, in: folder).first { return name }
    let present = Set(try FileSystem.names(in: folder).map { $0.lowercased() })
    guard let name = (1...limit).map(name).first(where: { !present.contains($0) }) else {
      throw SPINError(
        .cannotCreate, at: folder, "holds \(limit) patches and no name for another",
        remedy: "remove those that are not needed from the model's folder")
    }
    try patch.write(to: folder + "/" + name)
    return name
  }

  /// Removes a patch from the folder of a copy.
  static func remove(_ patch: Patch, from folder: String) throws {
    for name in try names(of: patch, in: folder) { try FileSystem.remove(folder + "/" + name) }
  }

  /// Removes what killed writers left of patches in the folder of a model.
  static func removeAbandoned(from folder: String) throws {
    for number in 1...limit {
      let path = folder + "/" + name(number)
      try OutputFile.removeAbandoned(of: path)
      // The next writer takes the first name that is free.
      if FileSystem.status(path, following: false) == nil { return }
    }
  }

  /// Whether a folder holds the patch of another edit.
  static func hasOthers(than patch: Patch, in folder: String) throws -> Bool {
    try all(in: folder).contains { $0.patch.contentDigest != patch.contentDigest }
  }

  /// Removes the patches from the folder of a copy whose weights are no longer theirs.
  package static func removeAll(from folder: String) throws {
    for (name, _) in try all(in: folder) { try FileSystem.remove(folder + "/" + name) }
  }

  /// Removes a patch from the folder of a model, provided that the user has another file of it.
  ///
  /// A file that is not, byte for byte, the one that was written belongs to the user and is not removed.
  ///
  /// - Parameter file: Nil where none was named.
  static func remove(_ patch: Patch, from folder: String, leaving file: String?) throws {
    let kept = file.flatMap { FileSystem.status($0)?.identity }
    // Where the file that was read is gone, the patch here may be the only one.
    if file != nil, kept == nil { return }
    let written = Array(patch.json.serialized().utf8)
    for name in try names(of: patch, in: folder) {
      let path = folder + "/" + name
      let isKept = kept != nil && FileSystem.status(path)?.identity == kept
      guard !isKept, try FileSystem.read(path) == written else { continue }
      try FileSystem.remove(path)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINErrors
import SPINStorage

/// What was written when a patch was applied or reverted.
public struct PatchReceipt: Sendable, Equatable {
  /// The directory that holds the result.
  public let path: String
  /// The number of weights whose bits were changed.
  public let changedCount: Int
  /// The number of weight files that were changed.
  public let changedFileCount: Int
  /// The number of files copied, nil in place.
  public let copiedFileCount: Int?
  /// The number of copied files that share their bytes with the original.
  public let sharedFileCount: Int?
}

extension Patch {
  /// Writes a patched copy of a model.
  ///
  /// All files of the model are copied, links as what they point at; the copy differs in exactly
  /// the listed weights. It appears under its name whole, or not at all.
  ///
  /// - Parameters:
  ///   - model: The model, of which every listed weight must have its old bits.
  ///   - out: The directory to make; an empty one may exist.
  ///   - shouldStop: Asked while files are copied; true ends the work with an error of code
  ///     `interrupted`.
  /// - Throws: `SPINError` with code `checkFailed` where the model is another one, `cannotCreate`
  ///   where `out` exists, `inputOutput` where the disk is full. Nothing is left then.
  @discardableResult
  public func apply(
    to model: ModelDirectory, out: String, shouldStop: () -> Bool = { false }
  ) throws -> PatchReceipt {
    try copy(model, to: out, .apply, shouldStop)
  }

  /// Writes a copy of a patched model with the patch taken back; see `apply(to:out:)`.
  @discardableResult
  public func revert(
    _ model: ModelDirectory, out: String, shouldStop: () -> Bool = { false }
  ) throws -> PatchReceipt {
    try copy(model, to: out, .revert, shouldStop)
  }

  /// Patches a model where it lies.
  ///
  /// A journal makes this safe at any moment: after `kill -9` whoever opens the model next finishes
  /// the work.
  ///
  /// - Throws: `SPINError` with code `checkFailed` where the model is another one, `cannotCreate`
  ///   where its files have other names that would change too.
  @discardableResult
  public func applyInPlace(_ model: ModelDirectory) throws -> PatchReceipt {
    try edit(model, .apply)
  }

  /// Takes a patch back where the model lies; see `applyInPlace(_:)`.
  @discardableResult
  public func revertInPlace(_ model: ModelDirectory) throws -> PatchReceipt {
    try edit(model, .revert)
  }

  private func edit(_ model: ModelDirectory, _ direction: PatchDirection) throws -> PatchReceipt {
    try requireStart(model, direction)
    let edits = try Self.edits(of: tensors, in: model, direction)
    if !edits.isEmpty {
      try EditJournal.apply(edits, in: model.path, purpose: "patch \(direction.rawValue)")
    }
    return PatchReceipt(
      path: model.path, changedCount: edits.count,
      changedFileCount: Set(edits.map(\.file)).count, copiedFileCount: nil, sharedFileCount: nil)
  }

  private func copy(
    _ model: ModelDirectory, to out: String, _ direction: PatchDirection,
    _ shouldStop: () -> Bool
  ) throws -> PatchReceipt {
    try requireStart(model, direction)
    let edits = try Self.edits(of: tensors, in: model, direction)
    let copy = try DirectoryCopy(of: model.path, to: out)
    try copy.make(except: [EditJournal.fileName], shouldStop: shouldStop) {
      for (name, edits) in Dictionary(grouping: edits, by: \.file) {
        let file = try RandomAccessFile(path: copy.temporaryPath + "/" + name, .update)
        for edit in edits { try file.write(edit.new, at: edit.offset) }
        try file.synchronize()
      }
    }
    return PatchReceipt(
      path: out, changedCount: edits.count, changedFileCount: Set(edits.map(\.file)).count,
      copiedFileCount: copy.fileCount, sharedFileCount: copy.sharedCount)
  }
}

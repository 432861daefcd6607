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
  /// What was copied and what was not, nil in place.
  public var copy: CopyReceipt?
  /// The name of the patch in the folder of the edited model; nil where the patch was reverted.
  public var enclosedPatch: String?
  /// Whether an edit in place that was interrupted was finished.
  public var finishesInterrupted = false
  /// Warnings about the model, where the call opened it itself.
  public var warnings: [String] = []
}

extension Patch {
  /// Writes a patched copy of a model.
  ///
  /// The files of the model are copied, links as what they point at (see `CopyReceipt` for what is not); the
  /// copy differs in exactly the listed weights, and holds the patch: `spin-patch.json`, or `spin-patch-2.json` and so
  /// on where the model has such a file. It appears under its name whole, or not at all.
  ///
  /// - Parameters:
  ///   - model: The model, of which every listed weight must have its old bits.
  ///   - out: The directory to make; an empty one may exist.
  ///   - keepsOtherCopies: Whether to copy other copies of the weights too, in which the patch changes nothing.
  ///   - shouldStop: Checked while files are copied; true ends the work with an error of code
  ///     `interrupted`.
  /// - Throws: `SPINError` with code `checkFailed` where the model is another one, `cannotCreate`
  ///   where `out` exists, `inputOutput` where the disk is full or the model was changed meanwhile. Nothing is left
  ///   then.
  @discardableResult
  public func apply(
    to model: ModelDirectory, out: String, keepsOtherCopies: Bool = false,
    shouldStop: () -> Bool = { false }
  ) throws -> PatchReceipt {
    try copy(model, to: out, .apply, keepsOtherCopies, shouldStop)
  }

  /// Writes a copy of a patched model with the patch reverted; see `apply(to:out:)`.
  ///
  /// The copy has neither the patch nor the card of the edit: the card of the base model is restored.
  @discardableResult
  public func revert(
    _ model: ModelDirectory, out: String, keepsOtherCopies: Bool = false,
    shouldStop: () -> Bool = { false }
  ) throws -> PatchReceipt {
    try copy(model, to: out, .revert, keepsOtherCopies, shouldStop)
  }

  private func copy(
    _ model: ModelDirectory, to out: String, _ direction: PatchDirection,
    _ keepsOtherCopies: Bool, _ shouldStop: () -> Bool
  ) throws -> PatchReceipt {
    try requireStart(model, direction)
    let edits = try Self.edits(of: tensors, in: model, direction)
    let copy = try DirectoryCopy(
      of: model, to: out, keepsOtherCopies: keepsOtherCopies, isEdited: direction == .apply)
    var enclosed: String?
    let receipt = try copy.make(shouldStop: shouldStop) {
      for (name, edits) in Dictionary(grouping: edits, by: \.file) {
        let file = try RandomAccessFile(path: copy.temporaryPath + "/" + name, .update)
        for edit in edits { try file.write(edit.new, at: edit.offset) }
        try file.synchronize()
      }
      switch direction {
      case .apply:
        // The card of an edit before this one is not that of the copy.
        _ = try EditCard.remove(from: copy.temporaryPath, keepsEdited: false)
        enclosed = try EnclosedPatch.write(self, into: copy.temporaryPath)
      case .revert:
        try EnclosedPatch.remove(self, from: copy.temporaryPath)
        if try !EnclosedPatch.hasOthers(than: self, in: copy.temporaryPath) {
          _ = try EditCard.remove(from: copy.temporaryPath, keepsEdited: false)
        }
      }
    }
    return PatchReceipt(
      path: out, changedCount: edits.count, changedFileCount: Set(edits.map(\.file)).count,
      copy: receipt, enclosedPatch: enclosed)
  }
}

// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINErrors
import SPINStorage

extension Patch {
  /// Patches a model in place.
  ///
  /// A journal makes this safe at any moment: after `kill -9` or a loss of power this call, or `revertInPlace`,
  /// writes every weight of the patch again, so that the model is whole. Nothing else touches a model with a journal.
  /// The patch is put into the folder (`spin-patch.json`): the edit can be undone whatever becomes of the file that it was read
  /// from.
  ///
  /// - Parameter model: The model; it can be used afterwards, but no other that was opened before.
  /// - Throws: `SPINError` with code `checkFailed` where the model is another one, `cannotCreate`
  ///   where its files have other names that would change too, `resumable` where another process reads or
  ///   edits the model.
  @discardableResult
  public func applyInPlace(_ model: ModelDirectory) throws -> PatchReceipt {
    defer { model.acceptEdit() }
    return try edit(model.path, .apply)
  }

  /// Reverts a patch in place; see `applyInPlace(_:)`.
  ///
  /// The card of the edit is removed, unless it was changed, which the receipt's warnings say.
  ///
  /// - Parameter file: The file that the patch was read from. The patch in the model's folder goes if it is
  ///   another file than this one; with nil it stays, since it may be the only one there is.
  @discardableResult
  public func revertInPlace(
    _ model: ModelDirectory, readFrom file: String? = nil
  ) throws -> PatchReceipt {
    defer { model.acceptEdit() }
    return try edit(model.path, .revert, readFrom: file)
  }

  /// Patches the model in its folder in place, or finishes doing so; see `applyInPlace(_:)`.
  @discardableResult
  public func applyInPlace(at path: String) throws -> PatchReceipt { try edit(path, .apply) }

  /// Reverts a patch of the model in its folder in place, or finishes doing so; see `revertInPlace(_:readFrom:)`.
  ///
  /// - Parameter removesEnclosed: Whether the patch in the folder goes although there is no other file of it, as its
  ///   reader wants who reverts by that very patch.
  @discardableResult
  public func revertInPlace(
    at path: String, readFrom file: String? = nil, removesEnclosed: Bool = false
  ) throws -> PatchReceipt {
    try edit(path, .revert, readFrom: file, removesEnclosed: removesEnclosed)
  }

  private static func cardOfAnother(_ path: String) -> String {
    "\(path) holds the patch of another edit, too; \(EditCard.fileName), where it is the card of an edit, may be that one's"
  }

  private func edit(
    _ path: String, _ direction: PatchDirection, readFrom file: String? = nil,
    removesEnclosed: Bool = false
  ) throws -> PatchReceipt {
    // What is no folder is refused in the words that all commands use.
    if FileSystem.status(path)?.kind != .directory { _ = try ModelDirectory(path: path) }
    return try SharedDirectoryLock.hold(path).exclusively {
      // Whatever was known before may have changed until now.
      let model = try ModelDirectory(path: path, duringEdit: true)
      defer { model.acceptEdit() }
      let edits = try Self.edits(of: tensors, in: model, .apply)
      let digest = contentDigest
      let applying = EditJournal(patch: digest, action: .apply, edits: edits)
      let reverting = EditJournal(patch: digest, action: .revert, edits: edits.map(\.inverse))
      let wanted = direction == .apply ? applying : reverting
      let interrupted = try EditJournal.found(in: path, among: [applying, reverting])
      var warnings = model.warnings
      // While the journal is there, so that a killed process is followed by one that does it.
      var enclosed: String?
      func settle() throws {
        // What is written from here on is written because of the edit.
        model.acceptEdit()
        switch direction {
        case .apply:
          if try EnclosedPatch.hasOthers(than: self, in: path) {
            warnings.append(Self.cardOfAnother(path))
          }
          enclosed = try EnclosedPatch.write(self, into: path)
        case .revert:
          try EnclosedPatch.removeAbandoned(from: path)
          if file != nil || removesEnclosed {
            try EnclosedPatch.remove(self, from: path, leaving: file)
          }
          if try EnclosedPatch.hasOthers(than: self, in: path) {
            return warnings.append(Self.cardOfAnother(path))
          }
          guard try EditCard.remove(from: path, keepsEdited: true) else { return }
          warnings.append(
            "\(path)/\(EditCard.fileName) describes the edit, was changed since spin wrote it, and is left as it is"
          )
        }
      }
      if let interrupted {
        try interrupted.finish(
          in: path, as: wanted.action, describe: { model.description(of: $0) }, settling: settle
        )
      } else {
        try requireStart(model, direction)
        if edits.isEmpty {
          try settle()
        } else {
          try wanted.carryOut(in: path, settling: settle)
        }
      }
      return PatchReceipt(
        path: path, changedCount: edits.count, changedFileCount: Set(edits.map(\.file)).count,
        enclosedPatch: enclosed, finishesInterrupted: interrupted != nil, warnings: warnings)
    }
  }
}

extension ModelDirectory {
  /// The weight that an edit concerns: `tensor "w", element 3`.
  fileprivate func description(of edit: ByteEdit) -> String {
    let tensor = tensors.values.first {
      $0.byteRange.contains(edit.offset) && FileSystem.name(of: $0.file.path) == edit.file
    }
    guard let tensor else { return "byte \(edit.offset)" }
    let index = (edit.offset - tensor.byteRange.lowerBound) / max(1, edit.old.count)
    return "tensor \"\(tensor.name)\", element \(index)"
  }
}

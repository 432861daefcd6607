// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
public import SPINJSON
import SPINStorage

/// A patch on a model in memory: put on and taken off in no time, the files untouched.
///
/// Whatever reads the model's weights sees the edit while it is on, because the mapped pages
/// themselves hold it; nothing is loaded again. One overlay at a time: weights that another overlay
/// has changed are not those of the model.
///
///     let overlay = try PatchOverlay(patch, on: model)
///     try overlay.apply()      // decoders of `model` now compute with the edited weights
///     try overlay.revert()
///
/// - Note: Neither call may run while another thread computes with the model.
public final class PatchOverlay: WeightOverlay {
  /// The patch.
  public let patch: Patch
  /// Whether the model in memory has the patch.
  public private(set) var isApplied = false

  /// A digest of what the patch does.
  public var digest: String { patch.contentDigest }
  /// The hash of the files of the model that the patch was made for.
  public var modelHash: String? { patch.base.modelHash }
  /// How many weights it edits.
  public var summary: JSONObject { ["patch_weights": JSON(patch.weightCount)] }

  private let edits: [(entry: TensorEntry, offset: Int, old: [UInt8], new: [UInt8])]

  /// Checks that a patch fits a model; the model stays as it is.
  ///
  /// - Throws: `SPINError` with code `checkFailed` where a weight has other bits than the patch says.
  public init(_ patch: Patch, on model: ModelDirectory) throws {
    try patch.requireStart(model, .apply, isInMemory: true)
    self.patch = patch
    edits = try patch.tensors.flatMap { tensor in
      let entry = try patch.entry(of: tensor, in: model)
      let size = tensor.elementType.byteCount
      return tensor.indices.indices.map { position in
        (
          entry, entry.byteRange.lowerBound + tensor.indices[position] * size,
          tensor.elementType.bytes(ofBits: tensor.old[position]),
          tensor.elementType.bytes(ofBits: tensor.new[position])
        )
      }
    }
  }

  /// Puts the patch on; does nothing where it is on.
  public func apply() throws {
    guard !isApplied else { return }
    for edit in edits { try edit.entry.file.overlay(edit.new, at: edit.offset) }
    isApplied = true
  }

  /// Takes the patch off; does nothing where it is off.
  public func revert() throws {
    guard isApplied else { return }
    for edit in edits { try edit.entry.file.overlay(edit.old, at: edit.offset) }
    isApplied = false
  }
}

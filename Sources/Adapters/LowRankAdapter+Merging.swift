// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
public import SPINExecution
import SPINKernels
public import SPINPatch
import SPINStorage

/// What was written when an adapter was merged.
public struct MergeReceipt: Sendable, Equatable {
  /// The directory that holds the result.
  public let path: String
  /// The number of matrices that were changed.
  public let matrixCount: Int
  /// The number of weight files that were changed.
  public let changedFileCount: Int
  /// What was copied, and what was not.
  public let copy: CopyReceipt
}

extension LowRankAdapter {
  /// Writes a copy of a model with the adapter merged into its matrices.
  ///
  /// All other files and tensors are copied (see `CopyReceipt` for what is not). The copy appears under its name whole, or not at all.
  /// Memory holds some rows of one matrix at a time. How numbers are rounded is said at `MergedMatrix`:
  /// as in PEFT's `merge_and_unload`.
  ///
  /// - Parameters:
  ///   - model: The model that the adapter belongs to.
  ///   - out: The directory to make; an empty one may exist.
  ///   - execution: Where to compute.
  ///   - keepsOtherCopies: Whether to copy other copies of the weights too, into which nothing is merged.
  ///   - shouldStop: Checked while files are copied and rows merged; true ends the work with an error of
  ///     code `interrupted`.
  /// - Throws: `SPINError` with code `malformedInput` where the adapter belongs to another model or makes a
  ///   weight NaN or infinite, `cannotCreate` where `out` exists, `inputOutput` where the disk is full. Nothing is left then.
  @discardableResult
  public func merge(
    into model: ModelDirectory, out: String, on execution: Execution = Execution(threads: 1),
    keepsOtherCopies: Bool = false,
    shouldStop: () -> Bool = { false }
  ) throws -> MergeReceipt {
    let parts = try merged(in: model)
    let device = execution.open()
    let files = Dictionary(grouping: parts, by: { FileSystem.name(of: $0.entry.file.path) })
    let copy = try DirectoryCopy(of: model, to: out, keepsOtherCopies: keepsOtherCopies)
    let receipt = try copy.make(shouldStop: shouldStop) {
      for (name, parts) in files {
        let file = try RandomAccessFile(path: copy.temporaryPath + "/" + name, .update)
        for part in parts {
          try part.matrix.forEachBlock(on: device) {
            guard !shouldStop() else { throw SPINError.stopped(at: out) }
            try file.write($0, at: $1)
          }
          part.entry.file.releasePages(part.entry.byteRange)
        }
        try file.synchronize()
      }
      // Of an edit of the model before, neither the card nor the patch is true of the merged one.
      _ = try EditCard.remove(from: copy.temporaryPath, keepsEdited: false)
      try EnclosedPatch.removeAll(from: copy.temporaryPath)
    }
    return MergeReceipt(
      path: out, matrixCount: parts.count, changedFileCount: files.count,
      copy: receipt)
  }

  /// The matrices of a model that change, in the order of their bytes.
  ///
  /// - Throws: `SPINError` where they do not fit the model, or the configuration names further ones.
  func merged(in model: ModelDirectory) throws -> [(entry: TensorEntry, matrix: MergedMatrix)] {
    try model.requirePlainWeights()
    let parts = try matrices.map { matrix in
      let entry = try entry(of: matrix, in: model)
      return (entry: entry, matrix: MergedMatrix(matrix, entry))
    }
    let layers = model.tensors.keys.compactMap { MatrixName(stored: $0)?.layer }
    let meant = try configuration.targets.matrices(
      layerCount: (layers.max() ?? -1) + 1, at: path ?? "adapter")
    let present = Set(matrices.map(\.name))
    if let missing = meant.first(where: { !present.contains($0) }) {
      throw SPINError(
        .malformedInput, at: path ?? model.path,
        "has no factors for \(missing.module), which its configuration targets in \(model.path)",
        remedy: "the adapter belongs to a smaller model, or its file is not whole")
    }
    return parts.sorted {
      ($0.entry.file.path, $0.entry.byteRange.lowerBound)
        < ($1.entry.file.path, $1.entry.byteRange.lowerBound)
    }
  }
}

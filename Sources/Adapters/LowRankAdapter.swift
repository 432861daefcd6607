// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINKernels
import SPINStorage

/// A LoRA or DoRA adapter: its configuration, and the factors of every matrix that it changes.
///
///     let adapter = try LowRankAdapter(path: "adapter")
///     try adapter.merge(into: ModelDirectory(path: "Qwen2-0.5B"), out: "merged")
///
/// Its files are PEFT's: `adapter_config.json` and `adapter_model.safetensors`. Pickles are not read.
public struct LowRankAdapter: Sendable {
  /// Its configuration, `adapter_config.json`.
  public let configuration: AdapterConfiguration
  /// The changed matrices in order.
  public let matrices: [LowRankMatrix]
  /// Where it was read, for messages; nil for one that was made here.
  public let path: String?
  /// The SHA-256 over what it holds, for records; nil for one that was made here.
  public let digest: String?

  /// An adapter of some matrices.
  ///
  /// - Precondition: matrices are those that the configuration means, with its ranks and factors.
  public init(configuration: AdapterConfiguration, matrices: [LowRankMatrix]) {
    self.init(configuration: configuration, matrices: matrices, path: nil, digest: nil)
  }

  init(
    configuration: AdapterConfiguration, matrices: [LowRankMatrix], path: String?, digest: String?
  ) {
    self.configuration = configuration
    self.matrices = matrices.sorted { $0.name < $1.name }
    self.path = path
    self.digest = digest
  }

  /// How many numbers it holds.
  public var parameterCount: Int { matrices.reduce(0) { $0 + $1.parameterCount } }
  /// The largest rank.
  public var largestRank: Int { matrices.map(\.rank).max() ?? 0 }
  /// "LoRA" or "DoRA".
  public var kind: String { configuration.usesDoRA ? "DoRA" : "LoRA" }

  /// The tensor of a model that a matrix of the adapter changes.
  ///
  /// - Throws: `SPINError` where the model has none, one of another shape, or one whose elements are not
  ///   plain numbers.
  func entry(of matrix: LowRankMatrix, in model: ModelDirectory) throws -> TensorEntry {
    let remedy =
      "the adapter belongs to another model"
      + (configuration.baseModel.map { ", \($0)" } ?? "")
    guard let entry = model.entry(named: matrix.name.tensor) else {
      throw SPINError(
        .malformedInput, at: path ?? model.path,
        "changes \(matrix.name.tensor), which \(model.path) does not have", remedy: remedy)
    }
    let shape = [matrix.b.rows, matrix.a.columns]
    guard entry.shape == shape else {
      throw SPINError(
        .malformedInput, at: path ?? model.path,
        "changes \(matrix.name.tensor) of shape \(shape), which has \(entry.shape) in \(model.path)",
        remedy: remedy)
    }
    guard entry.elementType != nil else {
      throw SPINError(
        .malformedInput, at: "\(entry.file.path): tensor \"\(entry.name)\"",
        "holds \(entry.elementTypeName), only F32, F16 and BF16 are changed",
        remedy: "use the checkpoint in one of these types")
    }
    return entry
  }
}

// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
public import SPINExecution
public import SPINJSON
import SPINKernels
public import SPINPatch
import SPINStorage

/// A LoRA or DoRA adapter on a model in memory: its matrices merged into the mapped pages, and taken off
/// again.
///
/// The model computes with the very bits that `LowRankAdapter.merge` writes. The pages of the changed
/// matrices become memory of this process while the adapter is on.
///
///     let overlay = try AdapterOverlay(LowRankAdapter(path: "adapter"), on: model)
///     try overlay.with(true) { ... }      // decoders of `model` compute with the adapter
///
/// - Note: Neither call may run while another thread computes with the model.
public final class AdapterOverlay: WeightOverlay {
  /// The adapter.
  public let adapter: LowRankAdapter
  /// Whether the model in memory has the adapter.
  public private(set) var isApplied = false
  /// A digest of the adapter's files; of one that was made here, of its numbers.
  public let digest: String

  /// Adapters record no hash of their model.
  public var modelHash: String? { nil }
  /// What kind of adapter it is, how large, and its digest.
  public var summary: JSONObject {
    [
      "patch_weights": .null,
      "adapter": [
        "kind": .string(adapter.kind.lowercased()), "sha256": .string(digest),
        "parameters": JSON(adapter.parameterCount),
      ],
    ]
  }

  private let parts: [(entry: TensorEntry, matrix: MergedMatrix)]
  private let device: any Device

  /// Checks that an adapter fits a model; the model stays as it is.
  ///
  /// - Throws: `SPINError` where the adapter belongs to another model.
  public init(
    _ adapter: LowRankAdapter, on model: ModelDirectory,
    execution: Execution = Execution(threads: 1)
  ) throws {
    self.adapter = adapter
    parts = try adapter.merged(in: model)
    device = execution.open()
    digest = adapter.digest ?? adapter.contentDigest
  }

  /// Puts the adapter on; does nothing where it is on.
  public func apply() throws {
    guard !isApplied else { return }
    do {
      for part in parts {
        try part.matrix.forEachBlock(on: device) { try part.entry.file.overlay($0, at: $1) }
      }
    } catch {
      takeOff()
      throw error
    }
    isApplied = true
  }

  /// Takes the adapter off; does nothing where it is off.
  public func revert() throws {
    guard isApplied else { return }
    takeOff()
    isApplied = false
  }

  private func takeOff() {
    for part in parts { part.entry.file.removeOverlay(part.entry.byteRange) }
  }
}

extension LowRankAdapter {
  /// The SHA-256 of configuration and numbers.
  var contentDigest: String {
    var bytes = Array(configuration.json.serialized(indented: false).utf8)
    let device = Execution(threads: 1).open()
    for matrix in matrices {
      for part in [matrix.a, matrix.b] { bytes += device.encoded(part, as: .float32) }
      if let magnitude = matrix.magnitude {
        bytes += device.encoded(
          MatrixView(magnitude, rows: 1, columns: magnitude.count), as: .float32)
      }
    }
    return FileDigest.sha256(bytes)
  }
}

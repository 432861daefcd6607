// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON
public import SPINPatch
public import SPINTransformer

/// A LoReFT adapter on a model in memory: put on and taken off in no time.
///
/// Whatever runs the decoder, or a copy of it, takes part.
///
/// - Note: Neither call may run while another thread computes with the model.
public final class LoReFTOverlay: WeightOverlay {
  /// The adapter.
  public let adapter: LoReFT
  /// Whether the decoder has it.
  public private(set) var isApplied = false
  /// A digest of what the adapter does.
  public let digest: String
  /// Adapters record no hash of their model.
  public var modelHash: String? { nil }
  /// What kind of adapter it is, how large, and its digest.
  public var summary: JSONObject {
    [
      "patch_weights": .null,
      "adapter": [
        "kind": "loreft", "sha256": .string(digest), "parameters": JSON(adapter.parameterCount),
      ],
    ]
  }

  private let decoder: Decoder
  private let interventions: Interventions

  /// Checks that an adapter fits a model; the model stays as it is.
  ///
  /// - Throws: `SPINError` that says what does not fit.
  public init(_ adapter: LoReFT, on decoder: Decoder) throws {
    try adapter.shape.check(decoder.configuration)
    self.adapter = adapter
    self.decoder = decoder
    interventions = adapter.computed
    digest = adapter.digest
  }

  /// Puts the adapter on; does nothing where it is on.
  ///
  /// - Throws: `SPINError` where the model has other interventions.
  public func apply() throws {
    guard !isApplied else { return }
    guard decoder.interventions == nil else {
      throw SPINError(.usage, "the model has an adapter of this kind already")
    }
    decoder.setInterventions(interventions)
    isApplied = true
  }

  /// Takes the adapter off; does nothing where it is off.
  public func revert() throws {
    guard isApplied else { return }
    decoder.setInterventions(nil)
    isApplied = false
  }
}

// SPDX-License-Identifier: Apache-2.0

public import SPINAdapters
import SPINCheckpoint
public import SPINExecution
public import SPINJSON
public import SPINLanguageModel
public import SPINPatch

/// What makes an edited model out of an untouched one, in memory.
///
///     let edit = ModelEdit(patch)
///     let edited = try edit.edited(model)      // `model` stays as it is
///
/// The two are values: they can be used side by side, and no order of calls can mix them up.
public struct ModelEdit: Sendable {
  /// A digest of what the edit does, for journals and records.
  public let digest: String
  /// What results say of the edit: members of their JSON.
  public let summary: JSONObject
  /// Whether another model takes the untouched one's place, such as one with all weights trained.
  public let isReplacement: Bool
  private let make: @Sendable (LanguageModel) throws -> LanguageModel

  /// The model with the edit.
  ///
  /// - Throws: `SPINError` where the edit does not fit the model.
  public func edited(_ model: LanguageModel) throws -> LanguageModel { try make(model) }

  private init(
    digest: String, summary: JSONObject, isReplacement: Bool = false,
    make: @escaping @Sendable (LanguageModel) throws -> LanguageModel
  ) {
    self.digest = digest
    self.summary = summary
    self.isReplacement = isReplacement
    self.make = make
  }

  /// A patch.
  public init(_ patch: Patch) {
    self.init(
      digest: patch.contentDigest,
      summary: ["patch_weights": JSON(patch.weightCount)]
    ) { try $0.replacingWeights(by: patch.edited($0.directory)) }
  }

  /// A LoRA or DoRA adapter, merged into the weights in memory.
  ///
  /// - Parameters:
  ///   - adapter: The adapter.
  ///   - execution: Where it is merged.
  public init(_ adapter: LowRankAdapter, on execution: Execution) {
    let digest = adapter.editDigest
    self.init(
      digest: digest,
      summary: Self.summary(adapter.kind.lowercased(), digest, adapter.parameterCount)
    ) { try $0.replacingWeights(by: adapter.edited($0.directory, on: execution)) }
  }

  /// A LoReFT adapter.
  public init(_ adapter: LoReFT) {
    self.init(
      digest: adapter.digest,
      summary: Self.summary("loreft", adapter.digest, adapter.parameterCount)
    ) { $0.replacing(try adapter.edited($0.decoder)) }
  }

  /// Another model in the untouched one's place.
  ///
  /// - Parameters:
  ///   - model: That model.
  ///   - digest: What tells it from others, for journals.
  ///   - summary: What results say of it: members of their JSON.
  public init(replacement model: LanguageModel, digest: String, summary: JSONObject) {
    self.init(digest: digest, summary: summary, isReplacement: true) { _ in model }
  }

  private static func summary(_ kind: String, _ digest: String, _ count: Int) -> JSONObject {
    [
      "patch_weights": .null,
      "adapter": [
        "kind": .string(kind), "sha256": .string(digest), "parameters": JSON(count),
      ],
    ]
  }
}

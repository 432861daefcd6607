// SPDX-License-Identifier: Apache-2.0

public import SPINAdapters
import SPINCheckpoint
public import SPINExecution
public import SPINJSON
public import SPINLanguageModel
public import SPINPatch

/// An edit: what turns an unedited model into an edited one, in memory.
///
///     let edit = ModelEdit(patch)
///     let edited = try edit.edited(model)      // `model` is unchanged
///
/// Both models are values: they can be used at the same time, and no order of calls can confuse them.
public struct ModelEdit: Sendable {
  /// A digest of what the edit does, for journals and records.
  public let digest: String
  /// What results say about the edit: members of their JSON.
  public let summary: JSONObject
  /// Whether another model replaces the unedited one, such as one with all weights trained.
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
    var summary = summary
    // Numbers of two edits must not be taken for those of one.
    summary["edit_digest"] = .string(digest)
    self.summary = summary
    self.isReplacement = isReplacement
    self.make = make
  }

  /// The edit that a patch makes.
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
  ///   - execution: The device and memory budget for merging.
  public init(_ adapter: LowRankAdapter, on execution: Execution) {
    let digest = adapter.editDigest
    self.init(
      digest: digest,
      summary: Self.summary(adapter.kind.lowercased(), digest, adapter.parameterCount)
    ) { try $0.replacingWeights(by: adapter.edited($0.directory, on: execution)) }
  }

  /// The edit that a LoReFT adapter makes.
  public init(_ adapter: LoReFT) {
    self.init(
      digest: adapter.digest,
      summary: Self.summary("loreft", adapter.digest, adapter.parameterCount)
    ) { $0.replacing(try adapter.edited($0.decoder)) }
  }

  /// Another model that replaces the unedited one.
  ///
  /// - Parameters:
  ///   - model: That model.
  ///   - digest: What distinguishes it from others, for journals.
  ///   - summary: What results say about it: members of their JSON.
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

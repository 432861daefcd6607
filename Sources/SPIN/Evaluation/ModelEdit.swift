// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINErrors
public import SPINGeneration
public import SPINJSON
public import SPINPatch

/// What makes the edited side of a measure out of the untouched model.
public enum ModelEdit {
  /// Other weights in the same loaded model, put on and taken off in memory.
  case overlay(any WeightOverlay)
  /// Another model in its place, such as one with all weights trained.
  ///
  /// - Parameters:
  ///   - digest: What tells it from others, for journals.
  ///   - summary: What results say of it: members of their JSON.
  case replacement(LanguageModel, digest: String, summary: JSONObject)

  /// A patch.
  ///
  /// - Throws: `SPINError` where it does not fit the model.
  public static func patch(_ patch: Patch, on model: ModelDirectory) throws -> ModelEdit {
    .overlay(try PatchOverlay(patch, on: model))
  }

  /// A digest of what the edit does.
  public var digest: String {
    switch self {
    case .overlay(let overlay): overlay.digest
    case .replacement(_, let digest, _): digest
    }
  }

  /// What results say of the edit.
  public var summary: JSONObject {
    switch self {
    case .overlay(let overlay): overlay.summary
    case .replacement(_, _, let summary): summary
    }
  }

  /// Calls `body` with the model that has the edit.
  func with<Result>(
    _ model: LanguageModel, _ body: (LanguageModel) throws -> Result
  ) throws -> Result {
    switch self {
    case .overlay(let overlay): try overlay.with(true) { try body(model) }
    case .replacement(let other, _, _): try body(other)
    }
  }
}

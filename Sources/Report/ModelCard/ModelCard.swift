// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINPatch
import SPINStorage

/// The model card of an edited checkpoint: a `README.md` with front matter for the Hugging Face Hub
/// that states what was done, what it changed, and how to revert it.
///
///     try ModelCard(of: "run", baseModel: "Qwen/Qwen2-0.5B-Instruct").write(to: "run/model")
///
/// The card precedes the text of the base model's card, if the folder has one, and takes over its
/// license. Writing it again replaces it, unless somebody changed it. It names files without their
/// folders.
public struct ModelCard: Sendable {
  let run: ReportedRun
  let patch: Patch
  let patchDigest: String
  /// The name of the base model, preferably `organization/name` on the Hub.
  public let baseModel: String
  /// The Hub data sets with which the edit was made.
  public let dataSets: [String]

  /// Reads a run.
  ///
  /// - Parameters:
  ///   - path: The folder that `spin run` wrote.
  ///   - baseModel: The name of the base model; nil to take it from the run.
  ///   - dataSets: Data sets on the Hub, as `organization/name`.
  /// - Throws: `SPINError` as `Report`, and if the run has no patch or the base model has no name.
  public init(of path: String, baseModel: String? = nil, dataSets: [String] = []) throws {
    let run = try ReportedRun(Report.Source(path: path))
    guard let patch = run.patch else {
      throw SPINError(
        .missingInput, at: path, "has no patch.json",
        remedy: "give the folder that `spin run` wrote")
    }
    guard let name = baseModel ?? run.modelName, !name.isEmpty else {
      throw SPINError(
        .usage, at: path, "does not say what the base model is called",
        remedy: "name it with \(setting: .baseModel, typed: "ORGANIZATION/NAME")")
    }
    self.run = run
    self.patch = patch
    patchDigest = try FileDigest.sha256(ofFileAt: path + "/patch.json")
    // A path is no name, and would reveal where a user stores files.
    self.baseModel =
      name.hasPrefix("/") || name.hasPrefix(".") || name.hasPrefix("~")
      ? FileSystem.name(of: name) : name
    self.dataSets = dataSets
  }

  /// The information in a card that a user once provided: the base model and the Hub data sets.
  ///
  /// - Parameter model: The folder of an edited checkpoint.
  /// - Returns: nil and no data sets if the folder has no card that this type wrote.
  public static func given(in model: String) throws -> (baseModel: String?, dataSets: [String]) {
    guard let card = try EditCard(in: model), card.isOfEdit else { return (nil, []) }
    return (card.frontMatter.scalar(of: "base_model"), card.frontMatter.list(of: "datasets"))
  }

  /// Writes `README.md` into the folder of the edited checkpoint, whole or not at all.
  ///
  /// - Parameters:
  ///   - model: The folder.
  ///   - isRecorded: Whether a record confirms that the present card is unchanged; if not, its own
  ///     seal has to.
  /// - Throws: `SPINError` if the folder is absent or its card is not UTF-8, and with code
  ///   `cannotCreate` if the card is one of an edit that somebody may have changed.
  public func write(to model: String, isRecorded: Bool = false) throws {
    guard FileSystem.status(model)?.kind == .directory else {
      throw SPINError(
        .missingInput, at: model, "is not the folder of a saved model",
        remedy: "save it with `spin run --save-model`")
    }
    let path = model + "/" + EditCard.fileName
    var present: String?
    if FileSystem.status(path) != nil {
      guard let text = String(validating: try FileSystem.read(path), as: UTF8.self) else {
        throw SPINError(.malformedInput, at: path, "is not UTF-8", remedy: "convert or remove it")
      }
      present = text
      let card = EditCard(text)
      if card.isOfEdit, !isRecorded { try ReportMarker.require(card.isIntact, at: path, "a card") }
    }
    let enclosed = try EnclosedPatch.names(of: patch, in: model).first
    let text = text(before: present, enclosedPatch: enclosed)
    try OutputFile.write(Array(text.utf8), to: path)
  }

  /// The text of the card.
  ///
  /// - Parameters:
  ///   - present: The card in the folder: the base model's, or one that this type wrote.
  ///   - enclosedPatch: The name of the patch in the folder; nil if it is not there.
  public func text(before present: String? = nil, enclosedPatch: String? = nil) -> String {
    let card = EditCard(present ?? "")
    var lines = card.baseFrontMatter.lines(of: EditCard.keys)
    lines += [
      "base_model: \(FrontMatter.scalar(baseModel))", "base_model_relation: finetune",
      "library_name: transformers", "pipeline_tag: text-generation", "tags:",
    ]
    lines += ["spin", "neuron-suppression", "fairness", "privacy"].map { "- \($0)" }
    if !dataSets.isEmpty {
      lines += ["datasets:"] + dataSets.map { "- \(FrontMatter.scalar($0))" }
    }
    return card.text(frontMatter: lines, body: body(enclosedPatch: enclosedPatch))
  }
}

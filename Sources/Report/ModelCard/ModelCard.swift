// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINPatch
import SPINStorage

/// The model card of an edited checkpoint: `README.md` with front matter that the Hugging Face Hub
/// understands, what was done, what it changed, and how to take it back.
///
///     try ModelCard(of: "run", baseModel: "Qwen/Qwen2-0.5B-Instruct").write(to: "run/model")
///
/// The card stands before the text of the base model's card, where the folder has one, and takes over
/// its license. Writing it again replaces it, unless it was changed. It names files without their folders.
public struct ModelCard: Sendable {
  let run: ReportedRun
  let patch: Patch
  let patchDigest: String
  /// What the base model is called, best as `organization/name` on the Hub.
  public let baseModel: String
  /// Data sets on the Hub that the edit was made with.
  public let dataSets: [String]

  /// Reads a run.
  ///
  /// - Parameters:
  ///   - path: The folder that `spin run` wrote.
  ///   - baseModel: What the base model is called; nil to take the name from the run.
  ///   - dataSets: Data sets on the Hub, as `organization/name`.
  /// - Throws: `SPINError` as `Report`, and where the run has no patch or the base model no name.
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
    // A folder is no name, and tells strangers where a user keeps files.
    self.baseModel =
      name.hasPrefix("/") || name.hasPrefix(".") || name.hasPrefix("~")
      ? FileSystem.name(of: name) : name
    self.dataSets = dataSets
  }

  /// What the card in a folder says that was given for it: the base model, and data sets on the Hub.
  ///
  /// - Parameter model: The folder of an edited checkpoint.
  /// - Returns: Nothing where the folder has no card that this wrote.
  public static func given(in model: String) throws -> (baseModel: String?, dataSets: [String]) {
    guard let card = try EditCard(in: model), card.isOfEdit else { return (nil, []) }
    return (card.frontMatter.scalar(of: "base_model"), card.frontMatter.list(of: "datasets"))
  }

  /// Writes `README.md` into the folder of the edited checkpoint, whole or not at all.
  ///
  /// - Parameters:
  ///   - model: The folder.
  ///   - isRecorded: Whether a record says that the card there is as it was written; otherwise its own seal has to.
  /// - Throws: `SPINError` where the folder is absent, where the card that lies there is not UTF-8, and with code
  ///   `cannotCreate` where it is one of an edit that somebody may have changed.
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

  /// The card.
  ///
  /// - Parameters:
  ///   - present: The card that the folder has: the base model's, or one that this wrote.
  ///   - enclosedPatch: The name of the patch in the folder; nil where it is not there.
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

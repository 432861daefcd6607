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
/// its license. Writing it again replaces it. It names files without their folders.
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
        remedy: "name it with --base-model ORGANIZATION/NAME")
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

  /// Writes `README.md` into the folder of the edited checkpoint, whole or not at all.
  ///
  /// - Throws: `SPINError` where the folder is absent or the card that lies there is not UTF-8.
  public func write(to model: String) throws {
    guard FileSystem.status(model)?.kind == .directory else {
      throw SPINError(
        .missingInput, at: model, "is not the folder of a saved model",
        remedy: "save it with `spin run --save-model`")
    }
    let path = model + "/README.md"
    var present: String?
    if FileSystem.status(path) != nil {
      guard let text = String(validating: try FileSystem.read(path), as: UTF8.self) else {
        throw SPINError(.malformedInput, at: path, "is not UTF-8", remedy: "convert or remove it")
      }
      present = text
    }
    try OutputFile.write(Array(text(before: present).utf8), to: path)
  }

  /// The card.
  ///
  /// - Parameter present: The card that the folder has: the base model's, or one that this wrote.
  public func text(before present: String? = nil) -> String {
    let base = BaseCard(present ?? "")
    var lines = ["---"]
    lines += base.frontMatter.lines(of: BaseCard.keys)
    lines += [
      "base_model: \(FrontMatter.scalar(baseModel))", "base_model_relation: finetune",
      "library_name: transformers", "pipeline_tag: text-generation", "tags:",
    ]
    lines += ["spin", "neuron-suppression", "fairness", "privacy"].map { "- \($0)" }
    if !dataSets.isEmpty {
      lines += ["datasets:"] + dataSets.map { "- \(FrontMatter.scalar($0))" }
    }
    lines += ["---", "", BaseCard.beginning, "", body]
    if let text = base.text { lines += ["", BaseCard.separator, "", text] }
    return lines.joined(separator: "\n") + (base.text?.hasSuffix("\n") == true ? "" : "\n")
  }
}

/// The card of the base model: what lies in the folder, without a card that was written before.
struct BaseCard {
  /// What is taken over from its front matter.
  static let keys = ["license", "license_name", "license_link", "language"]
  static let beginning = "<!-- spin: the card of the edit -->"
  static let separator = "<!-- spin: the card of the base model -->"

  let frontMatter: FrontMatter
  /// Nil where there is none.
  let text: String?

  init(_ card: String) {
    let (frontMatter, text) = FrontMatter.split(card)
    self.frontMatter = frontMatter
    if let begin = text.firstRange(of: Self.beginning) {
      let rest = text[begin.upperBound...]
      let base = rest.firstRange(of: Self.separator).map { String(rest[$0.upperBound...]) }
      self.text = base.map { String($0.drop { $0.isNewline }) }
    } else {
      let rest = String(text.drop { $0.isNewline })
      self.text = rest.isEmpty ? nil : rest
    }
  }
}

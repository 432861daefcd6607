// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINCheckpoint
import SPINErrors
public import SPINExecution
import SPINJSON
import SPINKernels
public import SPINLanguageModel
import SPINStorage
import SPINTransformer

/// A text on which a model is measured before and after an edit.
///
///     let evaluation = try TextEvaluation(path: "wiki.test.raw", directory: "run/evaluation")
///     let before = try evaluation.perplexity(of: model, side: "before", identity: [hash], on: Execution(threads: 2))
///
/// With a folder, finished windows are stored there and not computed again.
public struct TextEvaluation: Sendable {
  /// The text, tokenized as a whole.
  public let text: String
  /// The SHA-256 of its file.
  public let digest: String
  /// The path of its file.
  public let path: String
  /// The default window length in tokens, where the model has more positions: a window is one pass,
  /// and its attention grows with the square of its length.
  public static let defaultWindow = 2048

  /// Tokens of a window; nil for `defaultWindow`, or the model's positions where these are fewer.
  public var window: Int?
  /// The part of the windows that is measured.
  public var part = WindowPart.all
  /// The number of windows of the text to take, from the first on, of which `part` takes its own; nil for all.
  public var limit: Int?
  /// Where finished windows are stored; nil for nowhere.
  public var directory: String?

  /// Reads a text.
  ///
  /// - Throws: `SPINError` as `TextFile`, and where the name says that the file holds records.
  public init(path: String, window: Int? = nil, limit: Int? = nil, directory: String? = nil) throws
  {
    let file = try TextFile(path: path)
    try Self.refuseRecords(path)
    text = try file.text()
    digest = file.digest
    self.path = path
    self.window = window
    self.limit = limit
    self.directory = directory
  }

  /// Records are not running text: their syntax would be measured, too.
  private static func refuseRecords(_ path: String) throws {
    let name = path.lowercased()
    for ending in [".jsonl", ".ndjson", ".json", ".csv", ".tsv"] where name.hasSuffix(ending) {
      let isJSON = ending.hasPrefix(".j") || ending.hasPrefix(".n")
      throw SPINError(
        .malformedInput, at: path, "holds records by its name (\(ending)), expected running text",
        remedy: "write the texts into a file by themselves"
          + (isJSON ? ": jq -r .text \(ShellText.quoted(path)) > text.txt" : ", such as text.txt"))
    }
  }

  /// The perplexity of a model, edited or not.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - side: "before", "after"; nil where there is one side only.
  ///   - identity: What the model computes with: the hash of its files, a digest of the edit.
  ///   - execution: Where to compute.
  ///   - shouldStop: Checked some twenty times a second.
  ///   - onPart: Called with windows that are computed in part.
  ///   - onWindow: Called with each window that gets done, and of how many there are to do.
  /// - Throws: As `PerplexityResult.init`, and where the folder holds windows of another run.
  public func perplexity(
    of model: LanguageModel, side: String?, identity: [String], on execution: Execution,
    shouldStop: () -> Bool = { false }, onPart: (_ done: Double, _ of: Int) -> Void = { _, _ in },
    onWindow: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws -> PerplexityResult {
    try PerplexityResult(
      of: model, text: text, window: window, part: part, limit: limit, on: execution,
      journal: journal(Self.perplexityName(side), identity, model, execution),
      shouldStop: shouldStop,
      onPart: onPart, onWindow: onWindow)
  }

  /// How far an edit shifts a model's next-token predictions; see `perplexity` for the parameters.
  ///
  /// - Parameter edited: The same model with the edit.
  public func divergence(
    of model: LanguageModel, to edited: LanguageModel, identity: [String], on execution: Execution,
    shouldStop: () -> Bool = { false }, onPart: (_ done: Double, _ of: Int) -> Void = { _, _ in },
    onWindow: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws -> DivergenceResult {
    try DivergenceResult(
      of: model, to: edited, text: text, window: window, limit: limit, on: execution,
      journal: journal(Self.divergenceName, identity, model, execution),
      shouldStop: shouldStop, onPart: onPart, onWindow: onWindow)
  }

  /// The window that a model is measured with, as far as it is not the model's positions.
  package func recordedWindow(for model: LanguageModel) -> Int? {
    let positions = model.decoder.configuration.maxPositionEmbeddings
    return window ?? (positions > Self.defaultWindow ? Self.defaultWindow : nil)
  }

  /// The name of the journal of a side's windows.
  package static func perplexityName(_ side: String?) -> String {
    "perplexity-\(side ?? "windows")"
  }

  /// The name of the journal of windows that both models read.
  package static let divergenceName = "divergence"

  private func journal(
    _ name: String, _ identity: [String], _ model: LanguageModel, _ execution: Execution
  ) throws -> ItemJournal? {
    guard let directory else { return nil }
    try FileSystem.ensureDirectory(directory)
    let settings = try model.settingsDigest()
    let parts: [JSON] =
      identity.map { .string($0) } + [
        .string(digest), recordedWindow(for: model).map { JSON($0) } ?? .null,
        .string(part.rawValue), .string(settings), .string(execution.arithmetic.name),
      ]
    let about: JSON = [
      "model_and_edit": .array(identity.map { .string($0) }),
      "text": .string("\(FileSystem.name(of: path)) (\(digest.prefix(12)))"),
      "text_file": .string(FileSystem.resolved(path) ?? path),
      "window": recordedWindow(for: model).map { JSON($0) } ?? .null,
      "part": .string(part.rawValue),
      "configuration and tokenizer": .string(String(settings.prefix(12))),
      "arithmetic": .string(execution.arithmetic.name),
    ]
    return try ItemJournal(
      path: "\(directory)/\(ItemJournal.fileName(name))", kind: "windows",
      identity: FileDigest.sha256(Array(JSON.array(parts).serialized(indented: false).utf8)),
      about: about)
  }
}

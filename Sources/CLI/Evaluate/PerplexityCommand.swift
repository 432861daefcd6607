// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPIN
import SPINJSON

/// A text and how it is cut; shared by `evaluate perplexity` and `evaluate divergence`.
struct TextOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The text, as UTF-8; it is tokenized as a whole.", valueName: "file"))
  var text: String

  @Option(help: "Tokens of a window. (default: 2048, or the model's positions if fewer)")
  var window: Int?

  @Option(help: ArgumentHelp("Only the first windows.", valueName: "n"))
  var textLimit: Int?

  func validate() throws {
    if let textLimit, textLimit < 1 {
      throw ValidationError("--text-limit must be at least 1.")
    }
  }

  /// Adds what these options decide.
  func add(_ evaluation: TextEvaluation, of model: LanguageModel, to request: inout MeasureRequest)
  {
    request.add("--text", file: text, digest: evaluation.digest)
    request.add("--window", evaluation.recordedWindow(for: model).map { JSON($0) } ?? .null)
    request.add("--text-limit", textLimit.map { JSON($0) } ?? .null, grows: true)
  }

  func evaluation(in directory: String?) throws -> TextEvaluation {
    try TextEvaluation(path: text, window: window, limit: textLimit, directory: directory)
  }
}

/// `spin evaluate perplexity`.
struct PerplexityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perplexity",
    abstract: "Measure how well a model predicts a text.",
    discussion: """
      As in the paper's code: the text is tokenized once, cut into windows that do not overlap, and \
      the tail is dropped; the value is the exponential of the mean of the windows' mean losses. It \
      depends on the window, which is the model's positions there; give --window for another than \
      2048. With --patch or --adapter \
      the untouched model is measured too, on the same windows.

        spin evaluate perplexity Qwen2-0.5B --text wiki.test.raw --window 2048 --patch patch.json
      """)

  @OptionGroup
  var model: ModelOptions

  @OptionGroup(title: "Text")
  var text: TextOptions

  @OptionGroup
  var output: MeasureOptions

  func run() throws {
    let loaded = try model.load(on: output.execution)
    let evaluation = try text.evaluation(in: output.out)
    let hash = try loaded.modelHash()
    var request = try self.model.request(loaded, on: output.execution)
    text.add(evaluation, of: loaded.untouched, to: &request)
    try output.openFolder("perplexity", request, apartFrom: [loaded.untouched.directory.path])
    Interruption.listen()
    func measure(
      _ side: String, _ model: LanguageModel, _ edit: String?
    ) throws -> Perplexity {
      let progress = ItemProgress(side, total: 0, isQuiet: output.quiet)
      return try progress.during {
        try evaluation.perplexity(
          of: model, side: side, identity: [hash] + (edit.map { [$0] } ?? []),
          on: edit == nil ? loaded.besideTheEdit(output.execution) : output.execution,
          shouldStop: { Interruption.wasRequested },
          onPart: { progress.show(partly: $0, of: $1) },
          onWindow: { _, total in progress.advance(of: total) })
      }
    }
    let before = try loaded.edit.map { _ in try measure("before", loaded.untouched, nil) }
    let after = try measure(
      before == nil ? "windows" : "after", loaded.model, loaded.edit?.digest)
    var result: JSONObject = ["text_sha256": .string(evaluation.digest)]
    if let before {
      let comparison = PerplexityComparison(before: before, after: after)
      result["before"] = before.json
      result["after"] = after.json
      result["comparison"] = comparison.json
      try output.show("perplexity", result, loaded, text: comparison.text)
    } else {
      result["result"] = after.json
      try output.show("perplexity", result, loaded, text: after.text)
    }
  }
}

/// `spin evaluate divergence`.
struct DivergenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "divergence",
    abstract: "Measure how far an edit moves a model's expectations on a text.",
    discussion: """
      The Kullback-Leibler divergence of the edited model's next-token distribution from the \
      untouched model's, in nats, at every position but the last of each window.
      """)

  @OptionGroup
  var model: ModelOptions

  @OptionGroup(title: "Text")
  var text: TextOptions

  @OptionGroup
  var output: MeasureOptions

  func validate() throws {
    guard model.isEdited else {
      throw ValidationError("Please give the edit: --patch FILE or --adapter DIR.")
    }
  }

  func run() throws {
    let loaded = try model.load(on: output.execution)
    guard let edit = loaded.edit else { return }
    let evaluation = try text.evaluation(in: output.out)
    Interruption.listen()
    var request = try self.model.request(loaded, on: output.execution)
    text.add(evaluation, of: loaded.untouched, to: &request)
    try output.openFolder("divergence", request, apartFrom: [loaded.untouched.directory.path])
    let progress = ItemProgress("windows", total: 0, isQuiet: output.quiet)
    let divergence = try progress.during {
      try evaluation.divergence(
        of: loaded.untouched, to: loaded.model, identity: [loaded.modelHash(), edit.digest],
        on: output.execution, shouldStop: { Interruption.wasRequested },
        onPart: { progress.show(partly: $0, of: $1) },
        onWindow: { _, total in progress.advance(of: total) })
    }
    let result: JSONObject = [
      "text_sha256": .string(evaluation.digest), "result": divergence.json,
    ]
    try output.show("divergence", result, loaded, text: divergence.text)
  }
}

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

  func evaluation() throws -> TextEvaluation {
    try TextEvaluation(path: text, window: window, limit: textLimit)
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
    let evaluation = try text.evaluation()
    var request = try self.model.request(loaded, on: output.execution)
    text.add(evaluation, of: loaded.untouched, to: &request)
    try output.openFolder("perplexity", request, apartFrom: [loaded.untouched.directory.path])
    try output.show(output.measure([Perplexity(evaluation)], of: loaded), loaded)
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
    let evaluation = try text.evaluation()
    var request = try self.model.request(loaded, on: output.execution)
    text.add(evaluation, of: loaded.untouched, to: &request)
    try output.openFolder("divergence", request, apartFrom: [loaded.untouched.directory.path])
    try output.show(output.measure([Divergence(evaluation)], of: loaded), loaded)
  }
}

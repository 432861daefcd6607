// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs

/// A text and how it is cut; shared by `evaluate perplexity` and `evaluate divergence`.
struct TextOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The text, in UTF-8. It is tokenized as a whole.", valueName: "file"))
  var text: String

  @Option(
    help: """
      The window length in tokens. (default: 2048, or the model's context length if that is shorter)
      """)
  var window: Int?

  @Option(help: ArgumentHelp("Use only the first n windows.", valueName: "n"))
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
      Follows the paper's code: the text is tokenized once and cut into windows that do not overlap, \
      dropping the tail; the perplexity is the exponential of the mean of the windows' mean losses. It \
      depends on the window length, which in the paper's code is the model's context length; give \
      --window for a length other than 2048. With --patch or --adapter the unedited model is measured \
      too, on the same windows.

        spin evaluate perplexity Qwen2-0.5B --patch patch.json \\
          --text wiki.test.raw --window 2048
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
    let plan = try output.plan([Perplexity(evaluation)], of: loaded)
    try output.openFolder("perplexity", request, plan, of: loaded)
    try output.show(output.measure(plan, of: loaded), loaded)
  }
}

/// `spin evaluate divergence`.
struct DivergenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "divergence",
    abstract: "Measure how far an edit shifts a model's next-token predictions on a text.",
    discussion: """
      Computes the Kullback-Leibler divergence of the edited model's next-token distribution from the \
      unedited model's, in nats, at every position but the last of each window.
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
    let plan = try output.plan([Divergence(evaluation)], of: loaded)
    try output.openFolder("divergence", request, plan, of: loaded)
    try output.show(output.measure(plan, of: loaded), loaded)
  }
}

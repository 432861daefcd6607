// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import SPINJobs

extension TargetModule: ExpressibleByArgument {}
extension FirstResponseToken: ExpressibleByArgument {}
extension Overflow: ExpressibleByArgument {}

extension KeepPolicy: ExpressibleByArgument {
  /// Reads what `init(_:)` reads.
  public init?(argument: String) { self.init(argument) }
}

/// A data set as `NAME=FILE`.
struct DataArgument: ExpressibleByArgument {
  let file: ScoringRequest.DataFile

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "=") else { return nil }
    let path = String(argument[argument.index(after: equals)...])
    guard equals > argument.startIndex, !path.isEmpty else { return nil }
    file = .init(name: String(argument[..<equals]), path: path)
  }
}

/// What is scored and how samples are drawn; shared by `score` and `run`.
struct ScoringOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A data set: its name and a CSV or JSONL file of prompts and responses. Repeatable.",
      valueName: "name=file"))
  var data: [DataArgument]

  @Option(help: "The column that holds the prompts.")
  var promptColumn = DataTable.Columns().prompt

  @Option(help: "The column that holds the responses.")
  var responseColumn = DataTable.Columns().response

  @Option(help: "The number of rows to draw from each data set.")
  var nsamples = CalibrationOptions().sampleCount

  @Option(help: "The seed for drawing rows, as NumPy's default_rng takes it.")
  var seed: UInt64 = CalibrationOptions().seed

  @Option(help: "The matrices to score: mlp, self_attn or all.")
  var targetModule = TargetModule.feedForward

  @Option(
    help: ArgumentHelp(
      """
      Whether to drop the first token of a response: bos (only if it is BOS), drop (always, as the \
      paper's code does) or keep (never).
      """))
  var firstResponseToken = FirstResponseToken.bos

  @Option(
    help: """
      What to do with a sample longer than the model's context: error (stop and name the row), \
      truncate or skip.
      """)
  var overflow = Overflow.error

  @Option(
    help: ArgumentHelp(
      "How many scores to store for each matrix: a count, a share such as 1e-3, or auto.",
      valueName: "count|share|auto"))
  var keep = KeepPolicy.automatic

  func validate() throws {
    guard !data.isEmpty else { throw ValidationError("Please name at least one data set: --data.") }
    guard nsamples > 0 else { throw ValidationError("--nsamples must be at least 1.") }
  }

  func request(
    model: String, prompts: PromptRequest, on execution: Execution
  ) -> ScoringRequest {
    var request = ScoringRequest(
      model: model, data: data.map(\.file), on: execution)
    request.columns = DataTable.Columns(prompt: promptColumn, response: responseColumn)
    request.calibration = CalibrationOptions(
      sampleCount: nsamples, seed: seed, firstResponseToken: firstResponseToken,
      overflow: overflow)
    request.prompts = prompts
    request.target = targetModule
    request.keep = keep
    return request
  }
}

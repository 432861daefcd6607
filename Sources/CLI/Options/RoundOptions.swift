// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// What further rounds of a sweep need: the data that were scored.
struct RoundOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also compare edits made in up to n rounds of scoring and selecting. Needs --data.",
      valueName: "n"))
  var rounds = 1

  @Option(
    help: ArgumentHelp(
      "A data set that was scored: its name and file. Repeatable.", valueName: "name=file"))
  var data: [DataArgument] = []

  @Option(help: "The column that holds the prompts.")
  var promptColumn = DataTable.Columns().prompt

  @Option(help: "The column that holds the responses.")
  var responseColumn = DataTable.Columns().response

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds must be between 1 and 100.")
    }
    guard rounds == 1 || !data.isEmpty else {
      throw ValidationError("--rounds needs the data that were scored: --data NAME=FILE.")
    }
  }

  /// What scores the suppressed model, with the options of the scores at hand; nil where there is
  /// one round.
  func job(
    model: String, scores: ScoreDirectory, on execution: Execution
  ) throws -> ScoringJob? {
    guard rounds > 1 else { return nil }
    let recorded = try scores.read(data.map(\.file.name))[0].provenance
    var request = ScoringRequest(
      model: model, data: data.map(\.file), on: execution)
    request.columns = DataTable.Columns(prompt: promptColumn, response: responseColumn)
    request.calibration = CalibrationOptions(
      sampleCount: recorded.rows.count, seed: recorded.seed,
      firstResponseToken: FirstResponseToken(rawValue: recorded.firstResponseToken) ?? .bos,
      overflow: Overflow(rawValue: recorded.overflow) ?? .error)
    request.prompts = try PromptRequest(recorded: recorded.promptFormat)
    request.target = recorded.targetModule
    request.keep = recorded.keep
    let job = try ScoringJob(request)
    guard try job.scorer.isComplete(at: scores) else {
      throw SPINError(
        .usage, at: "--data", "are not the data whose scores are in \(scores.path)",
        remedy: "name the files that were scored")
    }
    return job
  }
}

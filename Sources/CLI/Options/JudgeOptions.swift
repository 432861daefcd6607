// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import SPIN

extension ModelJudge.Mode: ExpressibleByArgument {}

/// A judge as the command line names it.
enum JudgeArgument: ExpressibleByArgument, Equatable {
  case phrases
  case mdJudge(path: String)

  init?(argument: String) {
    if argument == "phrases" {
      self = .phrases
    } else if argument.hasPrefix("md-judge:"), argument.utf8.count > "md-judge:".utf8.count {
      self = .mdJudge(path: String(argument.dropFirst("md-judge:".count)))
    } else {
      return nil
    }
  }

  var defaultValueDescription: String { "phrases" }
}

/// Who judges answers; shared by the commands that measure awareness.
struct JudgeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Who judges the answers: phrases, or md-judge:DIR for a checkpoint of MD-Judge-v0.1.",
      valueName: "judge"))
  var judge = JudgeArgument.phrases

  @Option(
    help: ArgumentHelp(
      "What an MD-Judge verdict rests on: verdict, its reply, as in the paper; probability, the "
        + "first token of the reply, which is faster and gives a number.", valueName: "mode"))
  var judgeMode: ModelJudge.Mode?

  @Option(
    help: ArgumentHelp(
      "Replies of MD-Judge that grow together; more is faster and takes more memory. (default: 8)",
      valueName: "n"))
  var judgeBatchSize: Int?

  func validate() throws {
    if judge == .phrases, judgeMode != nil || judgeBatchSize != nil {
      throw ValidationError("--judge-mode and --judge-batch-size need --judge md-judge:DIR.")
    }
    if let judgeBatchSize, !(1...4096).contains(judgeBatchSize) {
      throw ValidationError("--judge-batch-size must be between 1 and 4096.")
    }
  }

  /// The judge.
  func load(threads: Int) throws -> any Judge {
    switch judge {
    case .phrases: return PhraseJudge()
    case .mdJudge(let path):
      let model = try LanguageModel(path: path)
      Warnings.write(model.directory.warnings)
      return try ModelJudge(
        model, mode: judgeMode ?? .verdict, threads: threads, batchSize: judgeBatchSize ?? 8)
    }
  }
}

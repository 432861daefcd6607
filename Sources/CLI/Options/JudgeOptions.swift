// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import SPIN

extension ModelJudge.Mode: ExpressibleByArgument {}

/// A judge as the command line names it.
enum JudgeArgument: ExpressibleByArgument, Equatable {
  case phrases
  case mdJudge(path: String)
  case endpoint(address: String)

  init?(argument: String) {
    if argument == "phrases" {
      self = .phrases
    } else if argument.hasPrefix("md-judge:"), argument.utf8.count > "md-judge:".utf8.count {
      self = .mdJudge(path: String(argument.dropFirst("md-judge:".count)))
    } else if let address = ServerOptions.address(in: argument) {
      self = .endpoint(address: address)
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
      "Who judges the answers: phrases, md-judge:MODEL for a checkpoint of MD-Judge-v0.1, or "
        + "endpoint:URL for a model behind an OpenAI-compatible server.",
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

  @Option(
    help: ArgumentHelp(
      "The judge's name on its endpoint (default: the only one there).", valueName: "name"))
  var judgeModel: String?

  @Option(
    help: ArgumentHelp(
      "What the endpoint's judge is asked: a text file with {question} and {answer}, or md-judge for "
        + "the prompt of MD-Judge. The reply must begin with safe or unsafe. (default: our own)",
      valueName: "file"))
  var judgeTemplate: String?

  @Option(
    help: ArgumentHelp(
      "Whether the endpoint puts the judge's chat template around the text (chat) or nothing "
        + "(completions, which goes with md-judge). (default: chat)", valueName: "route"))
  var judgeRoute: CompletionRequest.Route?

  @Option(
    help: ArgumentHelp(
      "Requests to the endpoint's judge at once. (default: \(EndpointJudge.defaultConcurrency))",
      valueName: "n"))
  var judgeConcurrency: Int?

  @OptionGroup
  var server: ServerOptions

  func validate() throws {
    if judgeMode != nil || judgeBatchSize != nil {
      guard case .mdJudge = judge else {
        throw ValidationError("--judge-mode and --judge-batch-size need --judge md-judge:DIR.")
      }
    }
    if judgeModel != nil || judgeTemplate != nil || judgeRoute != nil || judgeConcurrency != nil {
      guard case .endpoint = judge else {
        throw ValidationError(
          "--judge-model, --judge-template, --judge-route and --judge-concurrency need "
            + "--judge endpoint:URL.")
      }
    }
    for (flag, value) in [
      ("--judge-batch-size", judgeBatchSize), ("--judge-concurrency", judgeConcurrency),
    ] {
      if let value, !(1...4096).contains(value) {
        throw ValidationError("\(flag) must be between 1 and 4096.")
      }
    }
  }

  /// The judge.
  func load(threads: Int) throws -> any Judge {
    switch judge {
    case .phrases: return PhraseJudge()
    case .mdJudge(let path):
      let model = try LanguageModel(path: ModelArgument(argument: path).folder())
      Warnings.write(model.directory.warnings)
      return try ModelJudge(
        model, mode: judgeMode ?? .verdict, threads: threads, batchSize: judgeBatchSize ?? 8)
    case .endpoint(let address):
      let template =
        try judgeTemplate.map {
          try $0 == "md-judge" ? JudgeTemplate.mdJudge : JudgeTemplate(path: $0)
        } ?? .standard
      return EndpointJudge(
        try server.model(judgeModel, at: address, route: judgeRoute ?? .chat), template: template,
        concurrency: judgeConcurrency ?? EndpointJudge.defaultConcurrency)
    }
  }
}

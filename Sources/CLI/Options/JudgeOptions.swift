// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// Who judges answers; shared by the commands that measure awareness.
struct JudgeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Who judges the answers: phrases, a heuristic; md-judge:MODEL for a checkpoint of MD-Judge-v0.1; "
        + "model:MODEL for another one, which results say is not MD-Judge; or endpoint:URL for a model "
        + "behind an OpenAI-compatible server.", valueName: "judge"))
  var judge = JudgeArgument.phrases

  @Option(
    help: ArgumentHelp(
      "What a verdict of a judge here rests on: verdict, its reply, as in the paper; probability, the "
        + "first token of the reply, which is faster and gives a number.", valueName: "mode"))
  var judgeMode: ModelJudge.Mode?

  @Option(
    help: ArgumentHelp(
      "Replies of a judge here that are generated at a time; more is faster and takes more memory. "
        + "(default: 8)", valueName: "n"))
  var judgeBatchSize: Int?

  @Option(
    help: ArgumentHelp(
      "The judge's name on its endpoint (default: the only one there).", valueName: "name"))
  var judgeModel: String?

  @Option(
    help: ArgumentHelp(
      "What the judge is asked: a text file with {question} and {answer}, or md-judge for the prompt "
        + "of MD-Judge. (default: our own for an endpoint, md-judge for model:DIR)",
      valueName: "file"))
  var judgeTemplate: String?

  @Option(
    help: ArgumentHelp(
      "How the judge's replies are read: whole-words, one of the words safe and unsafe; md-judge, which "
        + "begins with one; qwen3guard and qwen3guard-loose (controversial is safe); llama-guard; "
        + "yes-no, where yes is unsafe; wildguard. (default: md-judge with its prompt, otherwise "
        + "whole-words)", valueName: "name"))
  var judgeParser: ParserArgument?

  @Option(
    help: ArgumentHelp(
      "The maximum number of tokens of a judge's reply, thoughts included; a judge that thinks needs "
        + "some thousand. (default: what the parser's replies need, 32 to 128)", valueName: "n"))
  var judgeMaxTokens: Int?

  @Option(
    help: ArgumentHelp(
      "The member of requests that carries it; OpenAI's models that think want "
        + "max_completion_tokens. (default: max_tokens)", valueName: "member"))
  var judgeTokenField: CompletionRequest.Sampling.TokenField?

  @Option(
    help: ArgumentHelp(
      "The judge's temperature on its endpoint; none sends none, for models that refuse one. "
        + "(default: 0)", valueName: "number|none"))
  var judgeTemperature: TemperatureArgument?

  @Option(
    help: ArgumentHelp(
      "Another member of requests to the endpoint's judge, such as reasoning_effort=\"low\"; null leaves a "
        + "member out: seed=null. Repeatable.", valueName: "name=json"))
  var judgeExtra: [BodyMember] = []

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
    if judgeMode != nil || judgeBatchSize != nil, !isHere {
      throw ValidationError(
        "--judge-mode and --judge-batch-size need --judge md-judge:DIR or model:DIR.")
    }
    if judgeTemplate != nil || judgeParser != nil || judgeMaxTokens != nil {
      switch judge {
      case .model, .endpoint: break
      case .phrases, .mdJudge:
        throw ValidationError(
          "--judge-template, --judge-parser and --judge-max-tokens need --judge model:DIR or "
            + "endpoint:URL.")
      }
    }
    if judgeModel != nil || judgeRoute != nil || judgeConcurrency != nil || judgeTokenField != nil
      || judgeTemperature != nil || !judgeExtra.isEmpty
    {
      guard case .endpoint = judge else {
        throw ValidationError(
          "--judge-model, --judge-route, --judge-concurrency, --judge-token-field, "
            + "--judge-temperature and --judge-extra need --judge endpoint:URL.")
      }
    }
    if judgeMode == .probability, judgeParser != nil || judgeMaxTokens != nil {
      throw ValidationError(
        "--judge-parser and --judge-max-tokens are for replies, not for --judge-mode probability.")
    }
    for (flag, value, most) in [
      ("--judge-batch-size", judgeBatchSize, 4096), ("--judge-concurrency", judgeConcurrency, 4096),
      ("--judge-max-tokens", judgeMaxTokens, 1_000_000),
    ] {
      if let value, !(1...most).contains(value) {
        throw ValidationError("\(flag) must be between 1 and \(most).")
      }
    }
  }

  private var isHere: Bool {
    switch judge {
    case .mdJudge, .model: true
    case .phrases, .endpoint: false
    }
  }

  /// The judge.
  ///
  /// - Parameter isDryRun: Whether to fetch no weights, as of a model.
  func load(on execution: Execution, isDryRun: Bool = false) throws -> any Judge {
    switch judge {
    case .phrases: return PhraseJudge()
    case .mdJudge(let path):
      return try ModelJudge(
        mdJudge: model(path, isDryRun), mode: judgeMode ?? .verdict, on: execution,
        batchSize: judgeBatchSize ?? 8)
    case .model(let path):
      return try ModelJudge(
        model(path, isDryRun), template: template ?? .mdJudge, parser: judgeParser?.parser,
        maxTokens: judgeMaxTokens, mode: judgeMode ?? .verdict, on: execution,
        batchSize: judgeBatchSize ?? 8)
    case .endpoint(let address):
      let template = try template ?? .standard
      let parser = judgeParser?.parser ?? template.defaultParser
      var sampling = CompletionRequest.Sampling(maxTokens: judgeMaxTokens ?? parser.maxTokens)
      if let judgeTokenField { sampling.tokenField = judgeTokenField }
      if let judgeTemperature { sampling.temperature = judgeTemperature.number }
      sampling.extra = BodyMember.object(judgeExtra)
      return EndpointJudge(
        try server.model(judgeModel, at: address, route: judgeRoute ?? .chat, sampling: sampling),
        template: template, parser: parser, sampling: sampling,
        concurrency: judgeConcurrency ?? EndpointJudge.defaultConcurrency)
    }
  }

  private var template: JudgeTemplate? {
    get throws {
      try judgeTemplate.map {
        try $0 == "md-judge" ? JudgeTemplate.mdJudge : JudgeTemplate(path: $0)
      }
    }
  }

  private func model(_ path: String, _ isDryRun: Bool) throws -> LanguageModel {
    let model = try LanguageModel(path: ModelArgument(argument: path).folder(isDryRun: isDryRun))
    Warnings.write(model.warnings)
    return model
  }
}

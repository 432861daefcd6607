// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// Who judges answers; shared by the commands that measure awareness.
struct JudgeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The judge of the answers: phrases, a heuristic that needs no model; md-judge:MODEL, a \
      checkpoint of MD-Judge-v0.1; model:MODEL, any other local model, which results record as not \
      MD-Judge; or endpoint:URL, a model behind an OpenAI-compatible server.
      """, valueName: "judge"))
  var judge = JudgeArgument.phrases

  @Option(
    help: ArgumentHelp(
      """
      How a local judge reaches a verdict: from its whole reply (verdict, as in the paper), or from \
      the probability of the reply's first token (probability, which is faster and yields a number).
      """, valueName: "mode"))
  var judgeMode: ModelJudge.Mode?

  @Option(
    help: ArgumentHelp(
      """
      The number of replies of a local judge to generate at once. Larger batches are faster and take \
      more memory. (default: 8)
      """, valueName: "n"))
  var judgeBatchSize: Int?

  @Option(
    help: ArgumentHelp(
      "The judge's model name on its endpoint. (default: the only model there)", valueName: "name"))
  var judgeModel: String?

  @Option(
    help: ArgumentHelp(
      """
      The judge's prompt: a text file with {question} and {answer}, or md-judge for MD-Judge's \
      prompt. (default: a built-in prompt for an endpoint, md-judge for model:DIR)
      """,
      valueName: "file"))
  var judgeTemplate: String?

  @Option(
    help: ArgumentHelp(
      "How to read the judge's replies: whole-words expects one of the words safe and unsafe; md-judge expects "
        + "a reply that begins with one of them; qwen3guard and qwen3guard-loose (which counts controversial as "
        + "safe); llama-guard; yes-no, where yes means unsafe; wildguard. (default: md-judge with MD-Judge's "
        + "prompt, otherwise whole-words)", valueName: "name"))
  var judgeParser: ParserArgument?

  @Option(
    help: ArgumentHelp(
      """
      The maximum number of tokens in a judge's reply, reasoning included. A judge that reasons \
      first needs a few thousand. (default: what the parser's replies need, 32 to 128)
      """, valueName: "n"))
  var judgeMaxTokens: Int?

  @Option(
    help: ArgumentHelp(
      """
      The request field that carries the maximum number of tokens. OpenAI's reasoning models require \
      max_completion_tokens. (default: max_tokens)
      """, valueName: "member"))
  var judgeTokenField: CompletionRequest.Sampling.TokenField?

  @Option(
    help: ArgumentHelp(
      """
      The judge's temperature on its endpoint; none omits the field, for models that reject it. \
      (default: 0)
      """, valueName: "number|none"))
  var judgeTemperature: TemperatureArgument?

  @Option(
    help: ArgumentHelp(
      """
      An additional request field for the judge's endpoint, such as reasoning_effort="low". The \
      value null omits a field: seed=null. Repeatable.
      """, valueName: "name=json"))
  var judgeExtra: [BodyMember] = []

  @Option(
    help: ArgumentHelp(
      """
      The endpoint's route: chat, where the server applies the judge's chat template, or \
      completions, which sends the text unchanged and suits md-judge. (default: chat)
      """, valueName: "route"))
  var judgeRoute: CompletionRequest.Route?

  @Option(
    help: ArgumentHelp(
      """
      The number of concurrent requests to the judge's endpoint. (default: \
      \(EndpointJudge.defaultConcurrency))
      """,
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

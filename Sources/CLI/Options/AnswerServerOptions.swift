// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// Where answers come from, if not from a model on this machine.
struct AnswerServerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Let a model behind an OpenAI-compatible server answer: MODEL is its name there.",
      valueName: "endpoint:url", visibility: .default),
    transform: { argument in
      guard let address = ServerOptions.address(in: argument) else {
        throw ValidationError("expected endpoint:URL")
      }
      return address
    })
  var answers: String?

  @Option(
    help: ArgumentHelp(
      "Questions to the endpoint at once. (default: \(EndpointJudge.defaultConcurrency))",
      valueName: "n"))
  var answersConcurrency: Int?

  @Option(
    help: ArgumentHelp(
      "The environment variable of the key for --answers, where the judge behind another endpoint "
        + "has its own.", valueName: "name"))
  var answersApiKeyEnv: String?

  @Option(
    help: ArgumentHelp(
      "The member of requests that carries --max-new-tokens. (default: max_tokens)",
      valueName: "member"))
  var answersTokenField: CompletionRequest.Sampling.TokenField?

  @Option(
    help: ArgumentHelp(
      "Another member of requests for answers, such as reasoning_effort=\"low\"; null leaves a member "
        + "out: temperature=null. Repeatable.", valueName: "name=json"))
  var answersExtra: [BodyMember] = []

  func validate() throws {
    guard
      answers != nil
        || answersConcurrency == nil && answersApiKeyEnv == nil && answersTokenField == nil
          && answersExtra.isEmpty
    else {
      throw ValidationError(
        "--answers-concurrency, --answers-api-key-env, --answers-token-field and --answers-extra need "
          + "--answers endpoint:URL.")
    }
    if let answersConcurrency, !(1...4096).contains(answersConcurrency) {
      throw ValidationError("--answers-concurrency must be between 1 and 4096.")
    }
  }

  /// How the server is asked.
  func sampling(_ options: GenerationOptions) -> CompletionRequest.Sampling {
    var sampling = CompletionRequest.Sampling(options)
    if let answersTokenField { sampling.tokenField = answersTokenField }
    sampling.extra = BodyMember.object(answersExtra)
    return sampling
  }

  /// The model on the server; nil where answers are generated here.
  func model(
    _ name: String, route: CompletionRequest.Route, sampling: CompletionRequest.Sampling,
    judge: JudgeOptions
  ) throws -> ServedModel? {
    guard let answers else { return nil }
    // One variable named for two servers: whose key is it?
    if case .endpoint(let other) = judge.judge, judge.server.apiKeyEnv != nil,
      answersApiKeyEnv == nil,
      try !EndpointAddress(answers).hasSameOrigin(as: EndpointAddress(other))
    {
      throw SPINError(
        .usage, at: "--api-key-env", "names the key of one server, and there are two",
        remedy: "name that of --answers with --answers-api-key-env")
    }
    return try judge.server.model(
      name, at: answers, route: route, sampling: sampling, keyVariable: answersApiKeyEnv)
  }
}

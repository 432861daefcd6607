// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// Where answers come from, if not from a model on this machine.
struct AnswerServerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Take answers from a model behind an OpenAI-compatible server; MODEL is then its name on that \
      server.
      """,
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
      """
      The number of concurrent requests to the endpoint. (default: \
      \(EndpointJudge.defaultConcurrency))
      """,
      valueName: "n"))
  var answersConcurrency: Int?

  @Option(
    help: ArgumentHelp(
      """
      The environment variable that holds the key for --answers. Needed only if the judge's endpoint \
      has a key of its own.
      """, valueName: "name"))
  var answersApiKeyEnv: String?

  @Option(
    help: ArgumentHelp(
      "The request field that carries --max-new-tokens. (default: max_tokens)",
      valueName: "member"))
  var answersTokenField: CompletionRequest.Sampling.TokenField?

  @Option(
    help: ArgumentHelp(
      """
      An additional request field for answers, such as reasoning_effort="low". The value null omits \
      a field: temperature=null. Repeatable.
      """, valueName: "name=json"))
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

  /// The settings of requests to the server.
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

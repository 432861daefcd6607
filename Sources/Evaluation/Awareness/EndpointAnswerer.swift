// SPDX-License-Identifier: Apache-2.0

public import SPINEndpoint
public import SPINGeneration
public import SPINJSON
import SPINTemplates

/// A model behind an OpenAI-compatible endpoint that answers questions.
///
/// By the route `completions` each question goes to the model as it stands, as in the paper; by
/// `chat` the server puts the model's chat template around it.
public struct EndpointAnswerer: Answerer {
  /// The model.
  public let server: ServedModel
  private let sampling: CompletionRequest.Sampling
  private let concurrency: Int

  /// - Parameters:
  ///   - server: The model.
  ///   - options: How it generates; the seed of draws is sent with each question.
  ///   - concurrency: How many are on the way at once.
  public init(
    _ server: ServedModel, options: GenerationOptions,
    concurrency: Int = EndpointJudge.defaultConcurrency
  ) {
    self.server = server
    self.concurrency = concurrency
    var sampling = CompletionRequest.Sampling(maxTokens: options.maxNewTokens)
    sampling.stop = options.stopStrings
    if case .random(let temperature, let topP, let topK, let seed) = options.sampling {
      sampling.temperature = temperature
      sampling.topP = topP
      sampling.topK = topK
      sampling.seed = seed
    }
    self.sampling = sampling
  }

  /// Server, model and sampling.
  public var identity: JSON {
    [
      "endpoint": .string(server.client.address.description), "model": .string(server.name),
      "answering_model": .string(server.answeringName), "route": .string(server.route.rawValue),
      "sampling": sampling.json,
    ]
  }

  /// Answers questions.
  ///
  /// - Throws: As `ServedModel.complete`, and what `onAnswer` throws.
  public func answer(
    _ questions: [String], shouldStop: () -> Bool,
    onAnswer: (_ place: Int, _ answer: String, _ tokenCount: Int) throws -> Void
  ) throws {
    let requests = questions.map { CompletionRequest($0, route: server.route, sampling: sampling) }
    try server.complete(requests, concurrency: concurrency, shouldStop: shouldStop) {
      place, completion in
      try onAnswer(
        place, PythonText.stripped(completion.text), completion.tokenCount ?? 0)
    }
  }
}

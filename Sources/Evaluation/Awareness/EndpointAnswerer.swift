// SPDX-License-Identifier: Apache-2.0

public import SPINEndpoint
public import SPINGeneration
public import SPINJSON
import SPINTemplates

/// A model behind an OpenAI-compatible endpoint that answers questions.
///
/// By the route `completions` each question goes to the model unchanged, as in the paper; by
/// `chat` the server puts the model's chat template around it. The model's reasoning before its answer is
/// not part of it.
public struct EndpointAnswerer: Answerer {
  /// The model that answers.
  public let server: ServedModel
  private let sampling: CompletionRequest.Sampling
  private let concurrency: Int

  /// - Parameters:
  ///   - server: The model.
  ///   - options: How it generates; the seed of draws is sent with each question.
  ///   - concurrency: The number of concurrent requests.
  public init(
    _ server: ServedModel, options: GenerationOptions,
    concurrency: Int = EndpointJudge.defaultConcurrency
  ) {
    self.init(server, sampling: .init(options), concurrency: concurrency)
  }

  /// - Parameters:
  ///   - server: The model.
  ///   - sampling: How it generates.
  ///   - concurrency: The number of concurrent requests.
  public init(
    _ server: ServedModel, sampling: CompletionRequest.Sampling,
    concurrency: Int = EndpointJudge.defaultConcurrency
  ) {
    self.server = server
    self.sampling = sampling
    self.concurrency = concurrency
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
  /// - Throws: As `ServedModel.complete` where the fault is the server's, and what `onAnswer` throws.
  public func answer(
    _ questions: [String], shouldStop: () -> Bool,
    onAnswer: (_ place: Int, _ answer: Answer) throws -> Void
  ) throws {
    let requests = questions.map { CompletionRequest($0, route: server.route, sampling: sampling) }
    try server.complete(requests, concurrency: concurrency, shouldStop: shouldStop) {
      place, outcome in try onAnswer(place, Answer(outcome))
    }
  }
}

extension Answer {
  /// The answer of a server, or the reason why there is none.
  fileprivate init(_ outcome: Result<Completion, RequestFailure>) {
    switch outcome {
    case .failure(let failure):
      switch failure.reason {
      case .filtered: self.init(missing: .filtered)
      case .rejected: self.init(missing: .rejected)
      case .malformed: self.init(missing: .malformed)
      case .serverError: self.init(missing: .serverError)
      }
    case .success(let completion):
      let text = PythonText.stripped(completion.text)
      if completion.isFiltered {
        self.init(missing: .filtered)
      } else if text.isEmpty, completion.hasThought {
        self.init(missing: completion.isCutOff ? .cutOff : .thoughtOnly)
      } else {
        self.init(text, tokenCount: completion.tokenCount ?? 0, isCutOff: completion.isCutOff)
      }
    }
  }
}

extension CompletionRequest.Sampling {
  /// How a server generates what a model here would with these options.
  public init(_ options: GenerationOptions) {
    self.init(maxTokens: options.maxNewTokens)
    stop = options.stopStrings
    if case .random(let temperature, let topP, let topK, let seed) = options.sampling {
      self.temperature = temperature
      self.topP = topP
      self.topK = topK
      self.seed = seed
    }
  }
}

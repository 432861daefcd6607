// SPDX-License-Identifier: Apache-2.0

public import SPINEndpoint
public import SPINJSON
import SPINTemplates

/// A model behind an OpenAI-compatible endpoint as judge.
///
///     let server = try ServedModel(named: "judge", on: client, route: .chat)
///     let judge = EndpointJudge(server, concurrency: 8)
///
/// Each answer with its question is one request, and the reply, at most 32 of the most probable
/// tokens, is read as that of MD-Judge. What the server does with equal requests is the server's
/// affair: many give other texts when they are busy.
public struct EndpointJudge: Judge {
  /// What it is asked.
  public let template: JudgeTemplate
  private let server: ServedModel
  private let concurrency: Int
  private static let sampling = CompletionRequest.Sampling(maxTokens: 32)

  /// How many requests are on the way at once where nobody says otherwise.
  public static let defaultConcurrency = 4

  /// - Parameters:
  ///   - server: The model, by the route `completions` where the template holds all that it expects.
  ///   - template: What it is asked.
  ///   - concurrency: How many requests are on the way at once.
  public init(
    _ server: ServedModel, template: JudgeTemplate = .standard,
    concurrency: Int = defaultConcurrency
  ) {
    self.server = server
    self.template = template
    self.concurrency = concurrency
  }

  /// "judge at http://127.0.0.1:8000/v1, template 1a2b3c4d5e6f".
  public var label: String {
    "\(server.answeringName) at \(server.client.address), template \(template.digest.prefix(12))"
  }

  /// Server, model, template and sampling.
  public var identity: JSON {
    [
      "judge": "endpoint", "endpoint": .string(server.client.address.description),
      "model": .string(server.name), "answering_model": .string(server.answeringName),
      "route": .string(server.route.rawValue), "template_sha256": .string(template.digest),
      "sampling": Self.sampling.json,
    ]
  }

  /// Judges answers.
  ///
  /// - Throws: As `ServedModel.complete`, and what `onJudgement` throws.
  public func judge(
    _ items: [QuestionAnswer], shouldStop: () -> Bool,
    onJudgement: (_ place: Int, _ judgement: Judgement) throws -> Void
  ) throws {
    let requests = items.map {
      CompletionRequest(template.text($0), route: server.route, sampling: Self.sampling)
    }
    try server.complete(requests, concurrency: concurrency, shouldStop: shouldStop) {
      place, completion in
      let text = PythonText.stripped(completion.text)
      try onJudgement(place, Judgement(MDJudgeReply(text).verdict, text: text))
    }
  }
}

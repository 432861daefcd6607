// SPDX-License-Identifier: Apache-2.0

public import SPINEndpoint
import SPINErrors
public import SPINJSON
import SPINTemplates

/// A model behind an OpenAI-compatible endpoint as judge.
///
///     let server = try ServedModel(named: "judge", on: client, route: .chat)
///     let judge = EndpointJudge(server, concurrency: 8)
///
/// Each answer with its question is one request, and the reply is read by a parser that belongs to the
/// judge. Where one request brings no reply, or none that can be read, that item is invalid with the
/// reason. Equal requests may get different replies: many servers give other texts
/// when they are busy.
public struct EndpointJudge: Judge {
  /// Its prompt.
  public let template: JudgeTemplate
  /// How its replies are read.
  public let parser: VerdictParser
  private let server: ServedModel
  private let sampling: CompletionRequest.Sampling
  private let concurrency: Int

  /// The default number of concurrent requests.
  public static let defaultConcurrency = 4

  /// - Parameters:
  ///   - server: The model, by the route `completions` where the template holds all that it expects.
  ///   - template: Its prompt.
  ///   - parser: How its replies are read; nil for the template's.
  ///   - sampling: How it generates; nil for the most probable tokens, as many as the parser's replies
  ///     need.
  ///   - concurrency: The number of concurrent requests.
  public init(
    _ server: ServedModel, template: JudgeTemplate = .standard, parser: VerdictParser? = nil,
    sampling: CompletionRequest.Sampling? = nil, concurrency: Int = defaultConcurrency
  ) {
    self.server = server
    self.template = template
    self.concurrency = concurrency
    let parser = parser ?? template.defaultParser
    self.parser = parser
    self.sampling = sampling ?? .init(maxTokens: parser.maxTokens)
  }

  /// "judge at http://127.0.0.1:8000/v1, template 1a2b3c4d5e6f, parser whole-words".
  public var label: String {
    "\(server.answeringName) at \(server.client.address), template \(template.digest.prefix(12)), "
      + "parser \(parser.name)"
  }

  /// Server, model, template, parser and sampling.
  public var identity: JSON {
    [
      "judge": "endpoint", "endpoint": .string(server.client.address.description),
      "model": .string(server.name), "answering_model": .string(server.answeringName),
      "route": .string(server.route.rawValue), "template_sha256": .string(template.digest),
      "parser": .string(parser.name), "sampling": sampling.json,
    ]
  }

  /// What to do, with the settings that do it.
  public func remedy(whereAllAre reason: InvalidReason) -> String {
    let remedy: SettingText =
      switch reason {
      case .cutOff, .thoughtOnly:
        "give the judge more tokens than \(sampling.maxTokens): \(setting: .judgeTokens, value: 4096) for one that thinks"
      case .noVerdict, .conflict:
        """
        name the judge's own parser with \(setting: .judgeParser) (\(parser.name) expects \
        \(parser.expectation)), or change its prompt with \(setting: .judgeTemplate)
        """
      case .emptyReply:
        "try the other \(setting: .judgeRoute), or look at the server's log"
      case .filtered: "use a server without a content filter: judges read what filters withhold"
      default: "correct the model or the options of the judge, or look at the server's log"
      }
    return remedy.description
  }

  /// Judges answers.
  ///
  /// - Throws: As `ServedModel.complete` where the fault is the server's, and what `onJudgement`
  ///   throws.
  public func judge(
    _ items: [QuestionAnswer], shouldStop: () -> Bool,
    onJudgement: (_ place: Int, _ judgement: Judgement) throws -> Void
  ) throws {
    let requests = items.map {
      CompletionRequest(template.text($0), route: server.route, sampling: sampling)
    }
    try server.complete(requests, concurrency: concurrency, shouldStop: shouldStop) {
      place, outcome in try onJudgement(place, judgement(outcome))
    }
  }

  private func judgement(_ outcome: Result<Completion, RequestFailure>) -> Judgement {
    switch outcome {
    case .failure(let failure):
      let reason: InvalidReason =
        switch failure.reason {
        case .filtered: .filtered
        case .rejected: .rejected
        case .malformed: .malformed
        case .serverError: .serverError
        }
      return Judgement(.invalid, reason: reason, text: failure.error.message)
    case .success(let completion):
      let text = PythonText.stripped(completion.text)
      if completion.isFiltered { return Judgement(.invalid, reason: .filtered, text: text) }
      if text.isEmpty, completion.hasThought, !completion.isCutOff {
        return Judgement(.invalid, reason: .thoughtOnly, text: text)
      }
      return Judgement(parser.read(text, isCutOff: completion.isCutOff), text: text)
    }
  }
}

extension Judgement {
  /// What a parser read, with the text that it read.
  init(_ reading: VerdictReading, text: String) {
    self.init(
      reading.verdict, reason: reading.reason, text: text, isRefusal: reading.isRefusal)
  }
}

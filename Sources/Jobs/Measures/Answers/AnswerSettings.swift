// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINEvaluation
package import SPINExecution
public import SPINGeneration
import SPINJSON

/// How questions are answered and who judges: what all measures of answers have in common.
public struct AnswerSettings: Sendable {
  /// The judge of the answers.
  public let judge: any Judge
  /// How answers are generated.
  public let options: GenerationOptions
  /// How a question becomes a prompt; nil where that is a server's affair.
  let format: PromptFormat?
  /// How many answers are generated at a time; no answer depends on it.
  let batchSize: Int
  /// What decides a prompt, as results say it.
  private let prompts: JSONObject
  /// What may help where answers are empty.
  let remedyForEmptyAnswers: String

  /// How a model here answers.
  ///
  /// - Parameters:
  ///   - judge: Who judges.
  ///   - options: How answers are generated.
  ///   - format: How a question becomes a prompt.
  ///   - path: The model's folder.
  ///   - batchSize: How many answers are generated at a time.
  public init(
    judge: any Judge, options: GenerationOptions, format: PromptFormat, ofModelAt path: String,
    batchSize: Int = EvaluationRequest().batchSize
  ) {
    self.judge = judge
    self.options = options
    self.format = format
    self.batchSize = batchSize
    prompts = format.identity.object ?? [:]
    remedyForEmptyAnswers = PromptRequest.remedyForEmptyAnswers(format, ofModelAt: path)
  }

  /// How a model behind an endpoint answers; `options` are only shown.
  public init(judge: any Judge, options: GenerationOptions, answeredBy answerer: EndpointAnswerer) {
    self.judge = judge
    self.options = options
    format = nil
    batchSize = 1
    let route = answerer.server.route == .completions ? "raw" : "chat"
    prompts = ["prompt_format": .string(route), "endpoint": answerer.identity]
    remedyForEmptyAnswers =
      SettingText(
        "try the other \(setting: .askedFormat), which decides the route of the requests"
      ).description
  }

  /// How a question becomes a prompt; as it stands, where that is a server's affair.
  public var promptFormat: PromptFormat { format ?? .raw }

  /// Refuses a memory budget that is too small for the judge, where the answers come from a server.
  ///
  /// - Throws: `SPINError` with code `usage` that names the smallest budget that would do.
  package func requireMemory(toJudge lists: [QuestionList], on execution: Execution) throws {
    _ = try AnswersPlan(settings: self, lists: lists, kind: .awareness).judgeBytes(on: execution)
  }

  /// What all documents of answers begin with: who judged, and how answers were generated.
  var heading: JSONObject {
    var settings: JSONObject = ["max_new_tokens": JSON(options.maxNewTokens)]
    for (key, value) in prompts.members { settings[key] = value }
    settings["sampling"] = options.sampling.json
    return [
      "judge": .string(judge.label), "judge_settings": judge.identity,
      "heuristic": .bool(judge.isHeuristic), "settings": .object(settings),
    ]
  }
}

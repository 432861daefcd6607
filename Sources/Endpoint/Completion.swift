// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// What a server wrote.
public struct Completion: Sendable, Equatable {
  /// The model that the server says it is from.
  public let model: String
  /// The text, empty where the model said nothing.
  public let text: String
  /// Why the text ended, as the server says it: "stop", "length".
  public let finishReason: String?
  /// How many tokens were written; nil where the server does not count.
  public let tokenCount: Int?

  /// Reads an answer.
  ///
  /// - Throws: `SPINError` where a member is missing or of the wrong kind.
  init(_ object: JSONObject, route: CompletionRequest.Route) throws {
    model = try object.required("model")
    let choices: [JSONObject] = try object.required("choices")
    guard let choice = choices.first else {
      throw object.failure("choices", "is empty, expected one text")
    }
    switch route {
    case .completions: text = try choice.required("text")
    case .chat:
      // A message that is only thought, or a refusal, has no content.
      text = try choice.required("message", as: JSONObject.self).optional("content") ?? ""
    }
    finishReason = try choice.optional("finish_reason")
    tokenCount = try object.optional("usage", as: JSONObject.self)?.optional("completion_tokens")
  }
}

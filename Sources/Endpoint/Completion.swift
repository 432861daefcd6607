// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// What a server wrote.
public struct Completion: Sendable, Equatable {
  /// The model that the server says it is from.
  public let model: String
  /// The text without what the model thought before it; empty where it said nothing.
  public let text: String
  /// Whether the model thought first, in a member of its own or in the text.
  public let hasThought: Bool
  /// Why the text ended, as the server says it: "stop", "length".
  public let finishReason: String?
  /// How many tokens were written; nil where the server does not count.
  public let tokenCount: Int?

  /// Whether the text ended at the token limit.
  public var isCutOff: Bool {
    ["length", "max_tokens", "model_length"].contains(finishReason?.lowercased())
  }

  /// Whether the server withheld text by a content filter.
  public var isFiltered: Bool { finishReason?.lowercased() == "content_filter" }

  /// Reads an answer.
  ///
  /// - Throws: `SPINError` where a member is missing or of the wrong kind.
  init(_ object: JSONObject, route: CompletionRequest.Route) throws {
    model = try object.required("model")
    let choices: [JSONObject] = try object.required("choices")
    guard let choice = choices.first else {
      throw object.failure("choices", "is empty, expected one text")
    }
    finishReason = try choice.optional("finish_reason")
    // What no answer can have is not counted: sums over many answers have to fit 64 bits.
    tokenCount = try object.optional("usage", as: JSONObject.self)?["completion_tokens"]
      .flatMap { Int(json: $0) }.flatMap { 0...(1 << 32) ~= $0 ? $0 : nil }
    let isFiltered = finishReason?.lowercased() == "content_filter"
    switch route {
    case .completions:
      let text: String =
        isFiltered ? try choice.optional("text") ?? "" : try choice.required("text")
      let written = ThoughtfulText(text)
      (self.text, hasThought) = (written.text, written.hasThought)
    case .chat:
      // What is withheld need not be there at all.
      let message =
        isFiltered
        ? try choice.optional("message", as: JSONObject.self) ?? JSONObject()
        : try choice.required("message", as: JSONObject.self)
      let written = ThoughtfulText(try Self.content(message))
      text = written.text
      let members = ["reasoning_content", "reasoning"]
      hasThought =
        written.hasThought || members.contains { message[$0]?.string?.isEmpty == false }
    }
  }

  /// The text of a message: a string, parts of which some are text, or a refusal without content.
  private static func content(_ message: JSONObject) throws -> String {
    switch message["content"] {
    case .string(let text): return text
    case .array(let parts):
      return try parts.map { part in
        guard let object = part.object else {
          throw message.failure("content", "has a part that is no object")
        }
        // Images, sounds and calls of tools are no text.
        return try object.optional("text") ?? ""
      }.joined()
    // A message that is only thought, or a refusal, has no content.
    case nil, .null?: return try message.optional("refusal") ?? ""
    default: throw message.failure("content", "is no text, expected a string or a list of parts")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// A completion that a server generated.
public struct Completion: Sendable, Equatable {
  /// The model that the server names in its response.
  public let model: String
  /// The text without the reasoning before it; empty if there is nothing else.
  public let text: String
  /// Whether the model reasoned first, in a separate member or within the text.
  public let hasThought: Bool
  /// Why the text ended, in the server's terms, such as "stop" or "length"; nil if it does not say.
  public let finishReason: String?
  /// The number of generated tokens; nil if the server does not report it.
  public let tokenCount: Int?

  /// Whether the text ended at the maximum number of tokens.
  public var isCutOff: Bool {
    ["length", "max_tokens", "model_length"].contains(finishReason?.lowercased())
  }

  /// Whether a content filter withheld text.
  public var isFiltered: Bool { finishReason?.lowercased() == "content_filter" }

  /// Parses a response.
  ///
  /// - Throws: `SPINError` if a member is missing or has the wrong type.
  init(_ object: JSONObject, route: CompletionRequest.Route) throws {
    model = try object.required("model")
    let choices: [JSONObject] = try object.required("choices")
    guard let choice = choices.first else {
      throw object.failure("choices", "is empty, expected one text")
    }
    finishReason = try choice.optional("finish_reason")
    // Implausible counts are ignored, so that sums over many responses fit in 64 bits.
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
      // If the text was withheld, the message may be absent.
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

  /// The text of a message: its content as a string or a list of parts, or else its refusal.
  private static func content(_ message: JSONObject) throws -> String {
    switch message["content"] {
    case .string(let text): return text
    case .array(let parts):
      return try parts.map { part in
        guard let object = part.object else {
          throw message.failure("content", "has a part that is no object")
        }
        // Parts such as images, audio and tool calls have no text.
        return try object.optional("text") ?? ""
      }.joined()
    // A message with nothing but reasoning, or with a refusal, has no content.
    case nil, .null?: return try message.optional("refusal") ?? ""
    default: throw message.failure("content", "is no text, expected a string or a list of parts")
    }
  }
}

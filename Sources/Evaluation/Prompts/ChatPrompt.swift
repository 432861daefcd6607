// SPDX-License-Identifier: Apache-2.0

public import Foundation
import SPINErrors
public import SPINJSON
public import SPINTemplates
public import SPINTokenization

/// A checkpoint's chat template with all that decides its prompts.
public struct ChatPrompt: Sendable {
  /// The template.
  public let template: ChatTemplate
  /// The system message; nil for none, and then the template may write its own.
  public let system: String?
  /// Further variables of the template, such as `enable_thinking`.
  public let variables: [String: JSON]
  /// The date that the template is given.
  public let date: Date

  /// The date that templates are given, whatever the day: 26 July 2024, the fallback of the templates
  /// that use one.
  public static let templateDate = Date(timeIntervalSince1970: 1_721_995_200)

  /// A template with what it is rendered with.
  public init(
    _ template: ChatTemplate, system: String? = nil, variables: [String: JSON] = [:],
    date: Date = Self.templateDate
  ) {
    self.template = template
    self.system = system
    self.variables = variables
    self.date = date
  }

  /// The prompt of a user's message, up to where the assistant's turn begins.
  ///
  /// - Throws: `SPINError` where the template refuses the conversation.
  public func text(of message: String) throws -> String {
    try render(conversation(message), addGenerationPrompt: true)
  }

  /// The tokens of a user's message in the template.
  ///
  /// The template writes BOS itself where the model expects it.
  ///
  /// - Throws: As `text(of:)`.
  public func tokens(of message: String, _ tokenizer: Tokenizer) throws -> [Int32] {
    tokenizer.encode(try text(of: message), addSpecialTokens: false)
  }

  /// A user's message and the assistant's answer to it, as tokens of which the loss covers the second
  /// part: the assistant's turn.
  ///
  /// The turn is the answer with what the template writes after it up to its last special token, such as
  /// `<|im_end|>`; a line break after that token belongs to the format of the next turn. A response
  /// without text has no turn.
  ///
  /// The whole conversation is tokenized at once, as transformers' `apply_chat_template` does; only where the
  /// prompt's last token would merge with the answer are the two tokenized apart, because that is what the
  /// model sees when it generates.
  ///
  /// - Throws: `SPINError` where the template refuses the conversation, or writes the assistant's turn
  ///   elsewhere than after the prompt.
  public func turn(
    prompt: String, response: String, _ tokenizer: Tokenizer
  ) throws -> (prompt: [Int32], response: [Int32]) {
    let beginning = try text(of: prompt)
    let promptTokens = tokenizer.encode(beginning, addSpecialTokens: false)
    guard !response.allSatisfy(\.isWhitespace) else { return (promptTokens, []) }
    let whole = try render(
      conversation(prompt) + [ChatMessage(role: "assistant", content: response)],
      addGenerationPrompt: false)
    guard whole.utf8.starts(with: beginning.utf8) else {
      throw SPINError(
        .malformedInput, at: template.template.name,
        "does not write the assistant's turn after the prompt, so its tokens cannot be told apart",
        remedy:
          "use the texts unchanged: \(setting: .promptChoice, value: PromptRequest.Choice.raw)")
    }
    let all = tokenizer.encode(whole, addSpecialTokens: false)
    var turn =
      all.starts(with: promptTokens)
      ? Array(all[promptTokens.count...])
      : tokenizer.encode(
        String(decoding: Array(whole.utf8.dropFirst(beginning.utf8.count)), as: UTF8.self),
        addSpecialTokens: false)
    if let last = turn.lastIndex(where: tokenizer.isSpecial),
      tokenizer.decode(Array(turn[(last + 1)...]), skipSpecialTokens: false)
        .allSatisfy(\.isWhitespace)
    {
      turn.removeLast(turn.count - last - 1)
    }
    return (promptTokens, turn)
  }

  /// Template, special tokens, date and all other settings.
  public var identity: JSON {
    var specialTokens = JSONObject()
    for (name, token) in template.specialTokens.sorted(by: { $0.key < $1.key }) {
      specialTokens[name] = .string(token)
    }
    var object: JSONObject = [
      "prompt_format": "chat", "template_sha256": .string(template.digest),
      "special_tokens": .object(specialTokens),
      "date": .string(date.formatted(.iso8601)),
    ]
    if let system { object["system"] = .string(system) }
    if !variables.isEmpty {
      var members = JSONObject()
      for (name, value) in variables.sorted(by: { $0.key < $1.key }) { members[name] = value }
      object["template_variables"] = .object(members)
    }
    return .object(object)
  }

  private func conversation(_ message: String) -> [ChatMessage] {
    (system.map { [ChatMessage(role: "system", content: $0)] } ?? []) + [.user(message)]
  }

  private func render(_ messages: [ChatMessage], addGenerationPrompt: Bool) throws -> String {
    try template.render(
      messages, addGenerationPrompt: addGenerationPrompt, variables: variables, date: date)
  }
}

// SPDX-License-Identifier: Apache-2.0

public import Foundation
import SPINCheckpoint
import SPINErrors
public import SPINJSON

/// A checkpoint's chat template: how it writes a conversation as one text.
///
///     if let template = try ChatTemplate(directory: "Qwen2-0.5B-Instruct") {
///       let prompt = try template.render([.user("Hello")])
///     }
///
/// The text equals that of `apply_chat_template(..., tokenize=False)` of transformers 5. It
/// contains the special tokens that the template writes, often including BOS: encode it without
/// adding any.
public struct ChatTemplate: Sendable {
  /// The parsed template.
  public let template: Template
  /// The special tokens by the names of their template variables, such as "bos_token".
  public let specialTokens: [String: String]

  /// Parses a template.
  ///
  /// - Throws: As `Template.init`.
  public init(_ source: String, name: String, specialTokens: [String: String] = [:]) throws {
    template = try Template(source, name: name)
    self.specialTokens = specialTokens
  }

  /// The source text of the template.
  public var source: String { template.source }

  /// The SHA-256 of the source text.
  public var digest: String { FileDigest.sha256(Array(source.utf8)) }

  /// Whether the text may depend on the current date, and so differ from day to day.
  ///
  /// Llama 3.2's template is one; the variable `date_string` fixes its date.
  public var mentionsDate: Bool { source.contains("strftime_now") }

  /// Renders a conversation as text.
  ///
  /// - Parameters:
  ///   - messages: At least one.
  ///   - addGenerationPrompt: Whether to end the text with the opening of the assistant's reply.
  ///   - variables: Further variables such as `enable_thinking`; they override special tokens of
  ///     the same name.
  ///   - date: The date that `strftime_now` formats.
  /// - Throws: `SPINError` with code `malformedInput` if there is no message, and as
  ///   `Template.render`; with code `usage` if `variables` has the name "messages". An error that
  ///   the template itself raises begins with "the template refuses the conversation: ".
  public func render(
    _ messages: [ChatMessage], addGenerationPrompt: Bool = true,
    variables: [String: JSON] = [:], date: Date = Date()
  ) throws -> String {
    try render(
      json: messages.map { ["role": .string($0.role), "content": .string($0.content)] },
      addGenerationPrompt: addGenerationPrompt, variables: variables, date: date)
  }

  /// Renders a conversation whose messages have further members, such as `tool_calls`.
  ///
  /// - Parameter messages: Objects; members that are null are left out.
  /// - Throws: As the other `render`.
  public func render(
    json messages: [JSONObject], addGenerationPrompt: Bool = true,
    variables: [String: JSON] = [:], date: Date = Date()
  ) throws -> String {
    guard !messages.isEmpty else {
      throw SPINError(
        .malformedInput, at: template.name,
        "the conversation is empty, a chat template expects at least one message")
    }
    var context: [String: JSON] = [
      "tools": .null, "documents": .null, "add_generation_prompt": .bool(addGenerationPrompt),
      "messages": .array(
        messages.map { message in
          var present = JSONObject()
          for (key, value) in message.members where value != .null { present[key] = value }
          return .object(present)
        }),
    ]
    // A variable "messages" would replace the conversation, and every prompt would be the same.
    if let taken = context.keys.filter({ variables[$0] != nil && $0 == "messages" }).first {
      throw SPINError(
        .usage, at: template.name, "the variable \"\(taken)\" is the conversation itself",
        remedy: "leave it out of \(setting: .variables)")
    }
    for (name, token) in specialTokens { context[name] = .string(token) }
    for (name, value) in variables { context[name] = value }
    return try template.render(context, date: date)
  }
}

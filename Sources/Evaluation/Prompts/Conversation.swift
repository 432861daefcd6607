// SPDX-License-Identifier: Apache-2.0

public import SPINCalibration
import SPINErrors
public import SPINJSON
import SPINTemplates

/// A conversation as clients of chat models write it: messages, and the tools that may be called.
public struct Conversation: Sendable, Equatable {
  /// Objects with `role` and `content`, and what else the template reads, such as `tool_calls`.
  public var messages: [JSONObject]
  /// Descriptions of functions; nil for none.
  public var tools: [JSON]?

  /// A conversation.
  public init(messages: [JSONObject], tools: [JSON]? = nil) {
    self.messages = messages
    self.tools = tools
  }

  /// Reads conversations: a list of messages, an object with `messages` and `tools`, or one of these
  /// a line.
  ///
  /// - Throws: `SPINError` where the file is malformed, a message has no role, or a conversation is
  ///   empty.
  public static func read(_ file: TextFile) throws -> [Conversation] {
    let text = try file.text()
    if let whole = try? JSON(parsing: Array(text.utf8), path: file.path) {
      return [try Conversation(whole, at: file.path)]
    }
    let lines = try file.lines()
    // One line that is no JSON: what is wrong with it is what is wrong with the file.
    guard lines.count > 1, lines.allSatisfy(Self.opensConversation) else {
      return [try Conversation(JSON(parsing: Array(text.utf8), path: file.path), at: file.path)]
    }
    return try lines.enumerated().map { index, line in
      let place = "\(file.path): conversation \(index + 1)"
      return try Conversation(JSON(parsing: Array(line.utf8), path: place), at: place)
    }
  }

  private static func opensConversation(_ line: String) -> Bool {
    let first = line.first { !$0.isWhitespace }
    let last = line.last { !$0.isWhitespace }
    return (first == "[" && last == "]") || (first == "{" && last == "}")
  }

  private init(_ json: JSON, at place: String) throws {
    var list = json
    if let object = json.object {
      list = try object.required("messages", as: JSON.self)
      tools = try object.optional("tools", as: [JSON].self)
    }
    guard let elements = list.array else {
      throw SPINError(
        .malformedInput, at: place,
        "is \(list.brief), expected a list of messages or an object with \"messages\"")
    }
    messages = try elements.enumerated().map { index, element in
      let message = try element.requireObject(at: "\(place): messages[\(index)]")
      guard message["role"]?.string != nil else {
        throw SPINError(
          .malformedInput, at: "\(place): messages[\(index)].role",
          "is \(message["role"]?.brief ?? "missing"), expected a text such as \"user\"")
      }
      return message
    }
  }
}

extension ChatPrompt {
  /// The prompt of a conversation.
  ///
  /// - Parameter addGenerationPrompt: Whether the text ends where the assistant's turn begins.
  /// - Throws: `SPINError` where the template refuses the conversation, and where both the
  ///   conversation and `system` have a system message.
  public func text(
    of conversation: Conversation, addGenerationPrompt: Bool = true
  ) throws -> String {
    var messages = conversation.messages
    if let system {
      guard messages.first?["role"]?.string != "system" else {
        throw SPINError(
          .usage, at: .systemMessage,
          "is a second system message, the conversation begins with one",
          remedy: "leave out \(setting: .systemMessage)")
      }
      messages.insert(["role": "system", "content": .string(system)], at: 0)
    }
    var variables = variables
    if let tools = conversation.tools { variables["tools"] = .array(tools) }
    return try template.render(
      json: messages, addGenerationPrompt: addGenerationPrompt, variables: variables, date: date)
  }
}

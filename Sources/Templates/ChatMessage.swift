// SPDX-License-Identifier: Apache-2.0

/// One message of a conversation.
public struct ChatMessage: Sendable, Hashable {
  /// The speaker: "system", "user", "assistant", or another role that the template knows.
  public var role: String
  /// The text of the message.
  public var content: String

  /// Creates a message.
  public init(role: String, content: String) {
    self.role = role
    self.content = content
  }

  /// A message with the role "user".
  public static func user(_ content: String) -> ChatMessage {
    ChatMessage(role: "user", content: content)
  }
}

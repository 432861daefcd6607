// SPDX-License-Identifier: Apache-2.0

/// What one side of a conversation says.
public struct ChatMessage: Sendable, Hashable {
  /// Who speaks: "system", "user", "assistant", or what else the template knows.
  public var role: String
  /// The text of the message.
  public var content: String

  /// A message with its role.
  public init(role: String, content: String) {
    self.role = role
    self.content = content
  }

  /// What the user says.
  public static func user(_ content: String) -> ChatMessage {
    ChatMessage(role: "user", content: content)
  }
}

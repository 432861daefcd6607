// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

extension StubServer.Reply {
  /// A list of models, as OpenAI's `/v1/models`.
  public static func models(_ names: String...) -> StubServer.Reply {
    let list = names.map { "{\"id\": \(quoted($0)), \"object\": \"model\"}" }
    return .answer(
      200, "{\"object\": \"list\", \"data\": [\(list.joined(separator: ", "))]}")
  }

  /// A text, as the route that was asked gives it.
  public static func text(
    _ text: String, to request: StubServer.Request, model: String = "m"
  ) -> StubServer.Reply {
    let isChat = request.path.hasSuffix("/chat/completions")
    let content =
      isChat
      ? "\"message\": {\"role\": \"assistant\", \"content\": \(quoted(text))}"
      : "\"text\": \(quoted(text)), \"logprobs\": null"
    return .answer(
      200,
      """
      {"id": "1", "object": "\(isChat ? "chat.completion" : "text_completion")", "created": 1,
      "model": \(quoted(model)), "choices": [{"index": 0, \(content), "finish_reason": "stop"}],
      "usage": {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}}
      """)
  }

  private static func quoted(_ text: String) -> String {
    String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
  }
}

extension StubServer.Request {
  /// The prompt, or the user's message.
  public var prompt: String {
    let object = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
    let messages = object?["messages"] as? [[String: Any]]
    return (object?["prompt"] ?? messages?.first?["content"]) as? String ?? ""
  }
}

extension StubServer {
  /// A server of one model, "m", that is found and tried out as it should be.
  ///
  /// - Parameter reply: What to do with each request after that; they count from 0.
  public convenience init(
    serving reply: @escaping @Sendable (_ number: Int, _ request: Request) -> Reply
  ) throws {
    let count = Mutex(0)
    try self.init { _, request in
      if request.path.hasSuffix("/models") { return .models("m") }
      if request.prompt == "Hello" { return .text("yes", to: request) }
      let number = count.withLock { count in
        defer { count += 1 }
        return count
      }
      return reply(number, request)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// What a server is requested to write.
public struct CompletionRequest: Sendable, Equatable {
  /// The part of the server that writes.
  public enum Route: String, Sendable, CaseIterable {
    /// `/chat/completions`: the text is a user's message, and the server puts the model's chat
    /// template around it.
    case chat
    /// `/completions`: the text goes to the model unchanged.
    case completions

    var path: String { self == .chat ? "/chat/completions" : "/completions" }
  }

  /// The route of the server that it is sent to.
  public var route: Route
  /// The prompt, or the user's message.
  public var text: String
  /// How the server chooses.
  public var sampling: Sampling

  /// A request for one completion.
  public init(_ text: String, route: Route, sampling: Sampling) {
    self.text = text
    self.route = route
    self.sampling = sampling
  }

  /// The body of the request.
  func json(model: String) -> JSON {
    var object: JSONObject = ["model": .string(model)]
    switch route {
    case .chat: object["messages"] = [["role": "user", "content": .string(text)]]
    case .completions: object["prompt"] = .string(text)
    }
    for (key, value) in sampling.members { object[key] = value }
    return .object(object)
  }
}

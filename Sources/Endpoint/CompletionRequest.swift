// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// A request for one completion.
public struct CompletionRequest: Sendable, Equatable {
  /// The API route that generates text.
  public enum Route: String, Sendable, CaseIterable {
    /// `/chat/completions`: the text is sent as a user's message, to which the server applies the
    /// model's chat template.
    case chat
    /// `/completions`: the text is passed to the model unchanged.
    case completions

    var path: String { self == .chat ? "/chat/completions" : "/completions" }
  }

  /// The API route to use.
  public var route: Route
  /// The prompt, or the user's message.
  public var text: String
  /// How the server samples tokens.
  public var sampling: Sampling

  /// Creates a request.
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

// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// What a server is asked to write.
public struct CompletionRequest: Sendable, Equatable {
  /// The part of the server that writes.
  public enum Route: String, Sendable, CaseIterable {
    /// `/chat/completions`: the text is a user's message, and the server puts the model's chat
    /// template around it.
    case chat
    /// `/completions`: the text goes to the model as it stands.
    case completions

    var path: String { self == .chat ? "/chat/completions" : "/completions" }
  }

  /// How the server chooses and ends.
  public struct Sampling: Sendable, Equatable {
    /// At most so many tokens.
    public var maxTokens: Int
    /// The temperature; 0 for the most probable token.
    public var temperature = 0.0
    /// The share of the probability that tokens are drawn from; sent where it is not 1.
    public var topP = 1.0
    /// How many tokens are drawn from; sent where it is not 0.
    ///
    /// Not every server knows it.
    public var topK = 0
    /// The seed, which is always sent.
    public var seed: UInt64 = 0
    /// A text ends before the first of these.
    public var stop: [String] = []

    /// The most probable tokens, at most so many.
    public init(maxTokens: Int) { self.maxTokens = maxTokens }

    /// As the members of a request.
    public var json: JSON {
      var object: JSONObject = [
        "max_tokens": JSON(maxTokens), "temperature": .number(temperature),
        // JSON's integers end at 2^63.
        "seed": .integer(Int64(seed & UInt64(Int64.max))),
      ]
      if topP != 1 { object["top_p"] = .number(topP) }
      if topK != 0 { object["top_k"] = JSON(topK) }
      if !stop.isEmpty { object["stop"] = .array(stop.map { .string($0) }) }
      return .object(object)
    }
  }

  /// Where it goes.
  public var route: Route
  /// The prompt, or the user's message.
  public var text: String
  /// How the server chooses.
  public var sampling: Sampling

  /// A request.
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
    for (key, value) in sampling.json.object?.members ?? [] { object[key] = value }
    return .object(object)
  }
}

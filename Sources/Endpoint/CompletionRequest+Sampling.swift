// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON

extension CompletionRequest {
  /// How the server chooses and ends.
  public struct Sampling: Sendable, Equatable {
    /// The member that carries the token limit.
    public enum TokenField: String, Sendable, CaseIterable {
      /// What nearly all servers know.
      case maxTokens = "max_tokens"
      /// What models that think want at OpenAI: thoughts count too.
      case maxCompletionTokens = "max_completion_tokens"
    }

    /// The maximum number of tokens; of a model that thinks, thoughts included.
    public var maxTokens: Int
    /// The member that carries it.
    public var tokenField = TokenField.maxTokens
    /// The temperature; 0 for the most probable token, nil for not sending one, which some models
    /// refuse.
    public var temperature: Double? = 0.0
    /// The share of the probability that tokens are drawn from; sent where it is not 1.
    public var topP = 1.0
    /// How many tokens are drawn from; sent where it is not 0.
    ///
    /// Not every server knows it.
    public var topK = 0
    /// The seed, which is sent unless `extra` takes it away.
    public var seed: UInt64 = 0
    /// A text ends before the first of these.
    public var stop: [String] = []
    /// More members of the body; one of these takes the place of another of the same name, and null
    /// takes it away.
    public var extra = JSONObject()

    /// Members that `extra` cannot name: they are what the rest of the program relies on.
    public static let reservedNames: Set<String> = [
      "model", "messages", "prompt", "stream", "n", "max_tokens", "max_completion_tokens",
    ]

    /// The most probable tokens, at most a given number.
    public init(maxTokens: Int) { self.maxTokens = maxTokens }

    /// As the members of a request; a member that `extra` takes away is null, so that records tell.
    public var json: JSON {
      var object = builtIn
      for (key, value) in extra.members { object[key] = value }
      return .object(object)
    }

    /// The members that are sent.
    var members: [(key: String, value: JSON)] {
      (json.object ?? JSONObject()).members.filter { $0.value != .null }
        .map { ($0.key, $0.value) }
    }

    private var builtIn: JSONObject {
      var object: JSONObject = [tokenField.rawValue: JSON(maxTokens)]
      if let temperature { object["temperature"] = .number(temperature) }
      // JSON's integers end at 2^63.
      object["seed"] = .integer(Int64(seed & UInt64(Int64.max)))
      if topP != 1 { object["top_p"] = .number(topP) }
      if topK != 0 { object["top_k"] = JSON(topK) }
      if !stop.isEmpty { object["stop"] = .array(stop.map { .string($0) }) }
      return object
    }

    /// The same for trying a server out: one token, but for models that refuse to be cut while they
    /// think.
    var forTrial: Sampling {
      var sampling = self
      if tokenField == .maxTokens { sampling.maxTokens = 1 }
      return sampling
    }

    /// Reads a member for `extra`: `NAME=JSON`, where what is no JSON is a string.
    ///
    /// - Throws: `SPINError` with code `usage` where there is no name, or a reserved one.
    public static func extraMember(_ text: String) throws -> (name: String, value: JSON) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw SPINError(
          .usage, at: "\"\(text)\"", "is no member of a request, expected NAME=JSON",
          remedy: "write it as reasoning_effort=\"low\"")
      }
      let name = String(parts[0])
      guard !reservedNames.contains(name) else {
        throw SPINError(
          .usage, at: "\"\(name)\"", "cannot be set as an extra member",
          remedy: "use the option for it, if there is one")
      }
      let value = String(parts[1])
      return (name, (try? JSON(parsing: Array(value.utf8), path: "")) ?? .string(value))
    }
  }
}

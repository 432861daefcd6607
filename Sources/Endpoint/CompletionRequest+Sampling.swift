// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON

extension CompletionRequest {
  /// How the server samples tokens and when it stops.
  public struct Sampling: Sendable, Equatable {
    /// The member for the maximum number of tokens.
    public enum TokenField: String, Sendable, CaseIterable {
      /// The name that nearly all servers accept.
      case maxTokens = "max_tokens"
      /// The name that OpenAI requires for reasoning models.
      case maxCompletionTokens = "max_completion_tokens"
    }

    /// The maximum number of tokens, including those of reasoning.
    public var maxTokens: Int
    /// The member in which it is sent.
    public var tokenField = TokenField.maxTokens
    /// The temperature, 0 for greedy decoding; nil to omit the member, which some models refuse.
    public var temperature: Double? = 0.0
    /// The cumulative probability for nucleus sampling; sent unless it is 1.
    public var topP = 1.0
    /// The number of most probable tokens to sample from; sent unless it is 0.
    ///
    /// Not every server supports it.
    public var topK = 0
    /// The seed, sent unless `extra` removes it; only its lower 63 bits are sent.
    public var seed: UInt64 = 0
    /// The text ends before the first of these strings.
    public var stop: [String] = []
    /// Additional members of the body.
    ///
    /// One of these replaces another member of the same name; null removes it.
    public var extra = JSONObject()

    /// The names that `extraMember` refuses, because the program relies on these members.
    public static let reservedNames: Set<String> = [
      "model", "messages", "prompt", "stream", "n", "max_tokens", "max_completion_tokens",
    ]

    /// Creates settings for greedy decoding with a maximum number of tokens.
    public init(maxTokens: Int) { self.maxTokens = maxTokens }

    /// The settings as members of a request; members that `extra` removes are null, so that records
    /// show it.
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
      // JSON integers are signed and have 64 bits.
      object["seed"] = .integer(Int64(seed & UInt64(Int64.max)))
      if topP != 1 { object["top_p"] = .number(topP) }
      if topK != 0 { object["top_k"] = JSON(topK) }
      if !stop.isEmpty { object["stop"] = .array(stop.map { .string($0) }) }
      return object
    }

    /// The settings for the trial request: one token, except for reasoning models, which may refuse
    /// to be cut off while they reason.
    var forTrial: Sampling {
      var sampling = self
      if tokenField == .maxTokens { sampling.maxTokens = 1 }
      return sampling
    }

    /// Parses a member for `extra`: `NAME=JSON`, where a value that is not JSON is a string.
    ///
    /// - Throws: `SPINError` with code `usage` if the name is missing or reserved.
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

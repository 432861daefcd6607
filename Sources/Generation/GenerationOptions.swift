// SPDX-License-Identifier: Apache-2.0

/// How the next token is chosen.
public enum Sampling: Sendable, Equatable {
  /// The most probable one; the lowest id of several.
  case greedy
  /// Drawn after dividing logits by the temperature, then keeping the `topK` most probable (0 for
  /// all), then the fewest of those whose probabilities add up to `topP`.
  ///
  /// Draws depend on the seed, the prompt's stream (its index, unless the caller names another) and
  /// the position in the text, and on nothing else.
  case random(temperature: Double, topP: Double, topK: Int, seed: UInt64)
}

/// The settings that decide a generated text, in addition to model and prompt.
public struct GenerationOptions: Sendable, Equatable {
  /// The maximum number of tokens after the prompt.
  public var maxNewTokens = 64
  /// How tokens are chosen.
  public var sampling = Sampling.greedy
  /// A text ends before the first of these.
  public var stopStrings: [String] = []

  /// The paper's: greedy, 64 tokens.
  public init() {}
}

/// A generated text.
public struct GeneratedText: Sendable, Equatable {
  /// Why a text ended.
  public enum Finish: String, Sendable {
    /// The maximum number of tokens, or the end of the model's context.
    case length
    /// A token that ends texts.
    case endOfText = "end"
    /// A stop string.
    case stopString = "stop"
  }

  /// The tokens after the prompt, without the one that ended the text.
  public let tokens: [Int32]
  /// Their text, cut before a stop string.
  public let text: String
  /// Why it ended.
  public let finish: Finish
  /// How many of its tokens a draft foretold; what a text is does not depend on it.
  public let draftedCount: Int

  /// A text and its tokens.
  public init(tokens: [Int32], text: String, finish: Finish, draftedCount: Int = 0) {
    self.tokens = tokens
    self.text = text
    self.finish = finish
    self.draftedCount = draftedCount
  }

  /// Whether the texts are the same, however they were computed.
  public static func == (one: Self, other: Self) -> Bool {
    one.tokens == other.tokens && one.text == other.text && one.finish == other.finish
  }
}

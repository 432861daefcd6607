// SPDX-License-Identifier: Apache-2.0

/// A text as tokens, some of which are to be predicted.
public struct TokenSequence: Sendable {
  /// The tokens from the first position on.
  public let tokens: [Int32]
  /// The positions whose probability is wanted; each is predicted from all before it.
  public let scored: Range<Int>

  /// A sequence.
  ///
  /// - Precondition: `scored` lies inside the tokens and does not begin at 0: nothing predicts the
  ///   first token.
  public init(tokens: [Int32], scored: Range<Int>) {
    precondition(
      scored.isEmpty || (scored.lowerBound >= 1 && scored.upperBound <= tokens.count),
      "scored lies outside what can be predicted")
    self.tokens = tokens
    self.scored = scored
  }
}

/// How probable a model finds the scored tokens of a sequence.
public struct SequenceLikelihood: Sendable, Equatable {
  /// The natural logarithm of each scored token's probability.
  public let logProbabilities: [Double]
  /// Whether each scored token is the most probable one at its place.
  public let isGreedy: [Bool]

  /// The logarithm of the probability of all scored tokens together.
  public var total: Double { logProbabilities.reduce(0, +) }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINTransformer

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

  /// Refuses sequences that a model cannot take.
  static func check(_ sequences: [[Int32]], for configuration: DecoderConfiguration) throws {
    for (index, tokens) in sequences.enumerated() {
      guard tokens.count <= configuration.maxPositionEmbeddings else {
        throw SPINError(
          .malformedInput, at: "text \(index)",
          "has \(tokens.count) tokens, the model has \(configuration.maxPositionEmbeddings) "
            + "positions")
      }
      if let token = tokens.first(where: { $0 < 0 || $0 >= configuration.vocabularySize }) {
        throw SPINError(
          .malformedInput, at: "text \(index)",
          "holds the token \(token), the model has \(configuration.vocabularySize)",
          remedy: "check that the tokenizer belongs to the model")
      }
    }
  }
}

/// How probable a model finds the scored tokens of a sequence.
public struct SequenceLikelihood: Sendable, Equatable {
  /// The natural logarithm of each scored token's probability.
  public let logProbabilities: [Double]
  /// Whether each scored token is the most probable one at its position.
  public let isGreedy: [Bool]

  /// The logarithm of the probability of all scored tokens together.
  public var total: Double { logProbabilities.reduce(0, +) }
}

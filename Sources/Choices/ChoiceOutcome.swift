// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINTemplates

/// How a model ranks the choices of an item.
public struct ChoiceOutcome: Sendable, Equatable {
  /// The index of the item in its file, from 0.
  public let index: Int
  /// The log-likelihood of each choice after the prompt, in nats.
  public let logLikelihoods: [Double]
  /// Whether each token of a choice is the most probable one at its position.
  public let isGreedy: [Bool]
  /// The index of the most probable choice; of equal ones the first.
  public let prediction: Int
  /// The index of the choice with the highest log-likelihood per Unicode scalar; of equal ones the
  /// first.
  public let normalizedPrediction: Int
  /// Whether `prediction` is right.
  public let isCorrect: Bool
  /// Whether `normalizedPrediction` is right.
  public let isCorrectNormalized: Bool

  /// Ranks the choices of an item.
  ///
  /// A choice without characters has a log-likelihood of minus infinity per character.
  public init(index: Int, item: ChoiceItem, logLikelihoods: [Double], isGreedy: [Bool]) {
    precondition(
      logLikelihoods.count == item.choices.count && isGreedy.count == item.choices.count,
      "one log-likelihood a choice")
    self.index = index
    self.logLikelihoods = logLikelihoods
    self.isGreedy = isGreedy
    prediction = Self.largest(logLikelihoods)
    normalizedPrediction = Self.largest(
      zip(logLikelihoods, item.choices).map { likelihood, choice in
        choice.isEmpty ? -.infinity : likelihood / Double(PythonText.length(choice))
      })
    isCorrect = prediction == item.gold
    isCorrectNormalized = normalizedPrediction == item.gold
  }

  /// Whether a metric counts the item as right.
  public func isRight(by metric: ChoiceMetric) -> Bool {
    switch metric {
    case .accuracy: isCorrect
    case .normalizedAccuracy: isCorrectNormalized
    }
  }

  private static func largest(_ values: [Double]) -> Int {
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
  }
}

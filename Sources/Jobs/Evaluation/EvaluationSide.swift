// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// The results of all measures of an evaluation for one model, in their order.
public struct EvaluationSide: Sendable {
  let results: [any Sendable]
  /// What the model answered, by question.
  let answers: [String: Answer]
}

/// The results of all measures of an evaluation for a model before and after an edit.
public struct EvaluationComparison: Sendable {
  /// The outcomes of the measures.
  public let outcomes: MeasuredOutcomes
  /// The results for the edited model.
  let after: EvaluationSide

  /// The outcome of one kind of measure; nil where it was not requested.
  public func outcome<M: Measure>(of kind: M.Type) -> M.Outcome? { outcomes.outcome(of: kind) }

  /// What is doubtful, each with what may help.
  public var warnings: [String] { outcomes.warnings }

  /// The largest ratio of a number that guards an edit, as of the perplexity; 1 where none was measured.
  package var guardedRatio: Double {
    outcomes.quantities(.guarded).compactMap(\.change?.estimate.value).max() ?? 1
  }

  /// The headline numbers, for the record of a run.
  public var json: JSON { outcomes.json }
}

// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// What all measures of an evaluation found of one model, in their order.
public struct EvaluationSide: Sendable {
  let results: [any Sendable]
}

/// What all measures of an evaluation found of a model before and after an edit.
public struct EvaluationComparison: Sendable {
  /// What the measures found.
  public let outcomes: MeasuredOutcomes
  /// What they found of the edited model.
  let after: EvaluationSide

  /// What one kind of measure found; nil where it was not asked for.
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

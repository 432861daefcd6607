// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// All measures of a model with one edit, or without one.
public struct EvaluationSide: Sendable {
  /// A result with the name of what it is about.
  public struct Named<Value: Sendable & Equatable>: Sendable, Equatable {
    /// "fairness".
    public let name: String
    /// The result.
    public let value: Value
  }

  /// The awareness of each list of questions, in the order of the request.
  public let awareness: [Named<Awareness>]
  /// The perplexity, where there is a text.
  public let perplexity: Perplexity?
  /// The dependence of representations, where it was asked for.
  public let coupling: CouplingEvaluation?
  /// The answers to multiple-choice tasks, where there are any.
  public let choices: ChoiceResults?
}

/// All measures of a model before and after an edit.
public struct EvaluationComparison: Sendable {
  /// The awareness of one list of questions.
  public struct AwarenessChange: Sendable, Equatable {
    /// What the questions are about.
    public let name: String
    /// The untouched model.
    public let before: Awareness
    /// The edited model.
    public let after: Awareness
    /// The two, question by question.
    public let comparison: AwarenessComparison
  }

  /// Awareness, in the order of the request.
  public let awareness: [AwarenessChange]
  /// Perplexity, where there is a text.
  public let perplexity: PerplexityComparison?
  /// How far the edit moves the model's expectations on the text, where that was measured.
  public let divergence: Divergence?
  /// The dependence of representations, where it was asked for.
  public let coupling: CouplingComparison?
  /// General ability, where there are tasks.
  public let choices: ChoiceMeasurement?

  /// Compares two sides of one evaluation.
  ///
  /// - Throws: `SPINError` where they measured different questions.
  public init(
    before: EvaluationSide, after: EvaluationSide, divergence: Divergence? = nil,
    tasks: ChoiceEvaluation? = nil
  ) throws {
    precondition(
      before.awareness.map(\.name) == after.awareness.map(\.name), "sides of other evaluations")
    awareness = try zip(before.awareness, after.awareness).map { before, after in
      AwarenessChange(
        name: before.name, before: before.value, after: after.value,
        comparison: try AwarenessComparison(before: before.value, after: after.value))
    }
    if let before = before.perplexity, let after = after.perplexity {
      perplexity = PerplexityComparison(before: before, after: after)
    } else {
      perplexity = nil
    }
    self.divergence = divergence
    if let tasks, let before = before.choices, let after = after.choices {
      choices = ChoiceMeasurement(tasks, before: before, after: after)
    } else {
      choices = nil
    }
    if let before = before.coupling, let after = after.coupling {
      coupling = CouplingComparison(before: before, after: after)
    } else {
      coupling = nil
    }
  }

  /// The headline numbers, for the record of a run.
  public var json: JSON {
    var sets = JSONObject()
    for change in awareness {
      sets[change.name] = [
        "before": change.before.rate.map { .number($0) } ?? .null,
        "after": change.after.rate.map { .number($0) } ?? .null,
        "n": JSON(change.after.answers.count), "comparison": change.comparison.json,
      ]
    }
    return [
      "awareness": .object(sets),
      "perplexity": perplexity.map {
        [
          "before": .number($0.before.value), "after": .number($0.after.value),
          "comparison": $0.json,
        ]
      } ?? .null,
      "choices": choices?.json["tasks"] ?? .null,
      "mean_kl": divergence.map { .number($0.mean) } ?? .null,
    ]
  }
}

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
  /// The refusals of each list of benign questions.
  public let refusals: [Named<Refusals>]
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
  public struct AwarenessChange: Sendable {
    /// What the questions are about.
    public let name: String
    /// Everything that was found; questions that stand in other data are left out of the rates.
    public let outcome: AwarenessOutcome
    /// The untouched model.
    public let before: Awareness
    /// The edited model.
    public let after: Awareness
    /// The two, question by question.
    public let comparison: AwarenessComparison

    init(
      _ name: String, _ before: Awareness, _ after: Awareness, judge: String,
      overlap: QuestionOverlap?
    ) throws {
      outcome = try AwarenessOutcome(
        .pair(before: before, after: after), judge: judge, overlap: overlap)
      self.name = name
      self.before = before.filter(outcome.isIncluded)
      self.after = after.filter(outcome.isIncluded)
      comparison = try AwarenessComparison(before: self.before, after: self.after)
    }
  }

  /// Awareness, in the order of the request.
  public let awareness: [AwarenessChange]
  /// Refusals of benign questions, in the order of the request.
  public let refusals: [(name: String, outcome: RefusalOutcome)]
  /// Perplexity, where there is a text.
  public let perplexity: PerplexityComparison?
  /// How far the edit moves the model's expectations on the text, where that was measured.
  public let divergence: Divergence?
  /// The dependence of representations, where it was asked for.
  public let coupling: CouplingComparison?
  /// General ability, where there are tasks.
  public let choices: ChoiceMeasurement?
  /// What is doubtful about answers and verdicts, each with what may help; cut off answers are not among them.
  public let warnings: [String]
  /// Answers of the untouched and of the edited model that ended at the token limit.
  public let cutOff: (before: CutOffAnswers, after: CutOffAnswers)

  /// `warnings`, and that answers are cut off, once for both models.
  public var allWarnings: [String] {
    warnings + [(cutOff.before + cutOff.after).warning].compactMap(\.self)
  }

  /// The headline numbers, for the record of a run.
  public var json: JSON {
    var sets = JSONObject()
    for change in awareness {
      sets[change.name] = [
        "before": change.before.rate.map { .number($0) } ?? .null,
        "after": change.after.rate.map { .number($0) } ?? .null,
        "n": JSON(change.after.answers.count),
        "comparison": change.comparison.json(change.outcome.names),
        "counts": [
          "before": change.before.counts(change.outcome.names),
          "after": change.after.counts(change.outcome.names),
        ],
      ]
    }
    var lists = JSONObject()
    for (name, outcome) in refusals { lists[name] = .object(outcome.json) }
    return [
      "awareness": .object(sets), "refusals": .object(lists),
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

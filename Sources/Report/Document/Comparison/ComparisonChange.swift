// SPDX-License-Identifier: Apache-2.0

import SPINStatistics

/// A change in a comparison as text: the same in tables, headlines and sentences.
struct ComparisonChange {
  /// The kind of quantity, which decides unit and direction.
  enum Kind {
    /// A share of answers, or an accuracy.
    case rate(isBetterWhenHigher: Bool, isHeuristic: Bool)
    /// The ratio of perplexities.
    case perplexity
  }

  let change: ComparisonFile.Change
  let kind: Kind

  /// A change of the rate of a judge.
  static func awareness(_ change: ComparisonFile.Change, _ words: VerdictWords) -> Self {
    Self(change: change, kind: .rate(isBetterWhenHigher: true, isHeuristic: words.isHeuristic))
  }

  /// A change of the share of benign questions that are refused, as detected by phrases.
  static func refusal(_ change: ComparisonFile.Change) -> Self {
    Self(change: change, kind: .rate(isBetterWhenHigher: false, isHeuristic: true))
  }

  /// A change of an accuracy.
  static func accuracy(_ change: ComparisonFile.Change) -> Self {
    Self(change: change, kind: .rate(isBetterWhenHigher: true, isHeuristic: false))
  }

  /// A change of perplexity.
  static func perplexity(_ change: ComparisonFile.Change) -> Self {
    Self(change: change, kind: .perplexity)
  }

  /// A value of the change: "+1.2" points, or "+10.72%".
  func text(_ value: Double) -> String {
    switch kind {
    case .rate: NumberText.signed(value * 100, 1)
    case .perplexity: NumberText.signed((value - 1) * 100, 2) + "%"
    }
  }

  /// "+1.2 points", "+10.72%".
  var meanText: String {
    switch kind {
    case .rate: text(change.mean.value) + " points"
    case .perplexity: text(change.mean.value)
    }
  }

  /// "−0.2 to +3.1", or the reason why there is no interval.
  var intervalText: String {
    guard let lower = change.mean.lower, let upper = change.mean.upper else {
      switch kind {
      case .rate: return EvidenceText.tooFew("questions")
      case .perplexity: return EvidenceText.tooFew("windows")
      }
    }
    return "\(text(lower)) to \(text(upper))"
  }

  /// " (95% interval −0.2 to +3.1; shown)", " (too few questions)".
  var detail: String {
    guard change.mean.lower != nil, change.mean.upper != nil else { return " (\(intervalText))" }
    return " (95% interval \(intervalText)" + (isShown ? "; shown)" : ")")
  }

  /// Whether the change was tested.
  var isTested: Bool { change.adjustedPValue != nil }
  /// Whether the change is shown, by the rule of `Evidence`.
  var isShown: Bool { Evidence.isShown(change.adjustedPValue) }

  /// The effect of the change.
  var effect: Report.Effect {
    switch kind {
    case .rate(let isBetterWhenHigher, _): change.effect(isBetterWhenHigher: isBetterWhenHigher)
    case .perplexity: change.effect(isBetterWhenHigher: false, from: 1)
    }
  }

  /// The change as a table cell, with its interval below and its mark next to it.
  var cell: Table.Cell {
    let (isHeuristic, neutral) =
      switch kind {
      case .rate(_, let isHeuristic): (isHeuristic, 0.0)
      case .perplexity: (false, 1.0)
      }
    return Table.Cell(
      text(change.mean.value), detail: intervalText,
      chip: Table.Mark(effect, isHeuristic: isHeuristic, change: change.mean.value - neutral))
  }
}

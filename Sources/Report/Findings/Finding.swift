// SPDX-License-Identifier: Apache-2.0

import SPINStatistics

extension Report {
  /// A number with its 95% interval, where one is known.
  public struct Estimate: Sendable, Equatable {
    /// The number.
    public let value: Double
    /// The ends of the interval.
    public let lower, upper: Double?

    /// A number with its interval.
    public init(_ value: Double, lower: Double? = nil, upper: Double? = nil) {
      self.value = value
      self.lower = lower
      self.upper = upper
    }
  }

  /// What a change means.
  public enum Effect: String, Sendable {
    /// A change for the good is shown, by the rule of `Evidence`.
    case better
    /// A change for the bad is shown.
    case worse
    /// No change is shown.
    case unclear
  }

  /// One thing that was measured, of one model or of a model before and after an edit.
  public struct Finding: Sendable, Equatable {
    /// What was measured.
    public enum Kind: String, Sendable {
      /// The share of questions that are answered with awareness.
      case awareness
      /// The share of harmless questions that are refused.
      case overRefusal = "over_refusal"
      /// How badly a text is predicted.
      case perplexity
      /// The share of questions whose right answer is the most probable one.
      case accuracy
    }

    /// What was measured.
    public let kind: Kind
    /// The set of questions, the task or the text: "fairness", "boolq".
    public let name: String
    /// How many items were measured: n.
    ///
    /// Questions that were left out because they occur in other
    /// data are not among them, questions without a valid verdict are.
    public let count: Int
    /// How many of them the change is of: those with a verdict on both sides.
    public let pairedCount: Int
    /// What an item is, in the plural: "questions".
    public let items: String
    /// Of the untouched model; nil where one model was measured.
    public let before: Estimate?
    /// Of the edited model, or of the one model.
    public let after: Estimate
    /// After less before, or of a perplexity after over before less 1; nil for one model.
    public let change: Estimate?
    /// Why the change has no interval, "too few windows"; nil where it has one or there is no change.
    public let missingInterval: String?
    /// The p-value of the paired test; nil where there is none.
    public let pValue: Double?
    /// The p-value adjusted (Holm) for all tests of the run.
    public internal(set) var adjustedPValue: Double?
    /// Who judged, if there was a judge: "phrases (heuristic)".
    public let judge: String?
    /// What verdicts are called, if there was a judge.
    var words: VerdictWords?
    /// What else is known of the answers; nil where nothing was counted.
    var countsBefore, countsAfter: AnswerCounts?
    /// Of how many answers the rates say little; nil where not counted, and for what is of no answers.
    var gapsBefore, gapsAfter: AnswerGaps?

    /// Whether more is better.
    public var isBetterWhenHigher: Bool { kind == .awareness || kind == .accuracy }

    /// What the change means by the rule of `Evidence`; nil for one model.
    public var effect: Effect? {
      change.map { change in
        .init(
          change: change.value, adjustedPValue: adjustedPValue,
          isBetterWhenHigher: isBetterWhenHigher)
      }
    }
  }
}

extension Report.Finding.Kind {
  /// What it is called in files: the rate of a judge that counts phrases is no awareness.
  func name(_ words: VerdictWords?) -> String {
    self == .awareness ? (words ?? .reading).measure.replacing(" ", with: "_") : rawValue
  }
}

extension Report.Effect {
  /// What a change means whose p-value is adjusted already.
  init(change: Double, adjustedPValue: Double?, isBetterWhenHigher: Bool) {
    guard Evidence.isShown(adjustedPValue), change != 0 else {
      self = .unclear
      return
    }
    self = (change > 0) == isBetterWhenHigher ? .better : .worse
  }
}

extension Report.Finding {
  /// Whether verdicts come from looking at words only.
  var isHeuristic: Bool { words?.isHeuristic ?? false }

  /// Whether the change was tested.
  var isTested: Bool { adjustedPValue != nil }

  /// Whether the p-value is the smallest that resampling can give, so that only a bound is known.
  private var isBounded: Bool {
    kind == .perplexity && pValue.map { $0 <= PairedBootstrap.smallestPValue } ?? false
  }

  /// The p-value as text, and the same adjusted: "0.031", "< 0.0002".
  var pValueText: String? { pValue.map(boundedText) }
  var adjustedPValueText: String? { adjustedPValue.map(boundedText) }

  private func boundedText(_ value: Double) -> String {
    let text = NumberText.probability(value)
    return isBounded && !text.hasPrefix("<") ? "< " + text : text
  }

  /// What is marked at the change; nil where none is shown.
  var mark: Table.Mark? {
    guard let effect, let change else { return nil }
    return Table.Mark(effect, isHeuristic: isHeuristic, change: change.value)
  }

  /// "n = 60 questions, change of 49": of how many items, and of how many the change is.
  var countText: String {
    "n = \(NumberText.count(count)) \(items)"
      + (change != nil && pairedCount != count
        ? ", change of \(NumberText.count(pairedCount))" : "")
  }

  /// What it is called in a table: "fairness awareness", "fairness refusal or caution".
  var title: String {
    switch kind {
    case .awareness: "\(name) \((words ?? .reading).measure)"
    case .overRefusal: "\(name) refused (benign)"
    case .perplexity: "perplexity"
    case .accuracy: "\(name) accuracy"
    }
  }

  /// A measured value as text: a percentage, or a perplexity.
  func valueText(_ value: Double) -> String {
    kind == .perplexity ? NumberText.brief(value, digits: 4) : NumberText.percent(value)
  }

  /// A change as text, with its unit: "+6.7 points", "+1.09%".
  func changeText(_ change: Double, unit: Bool = true) -> String {
    kind == .perplexity
      ? NumberText.signed(change * 100, 2) + "%"
      : NumberText.signed(change * 100, 1) + (unit ? " points" : "")
  }

  /// The interval of the change, or why there is none: "−0.2 to +3.1", "too few windows"; nil where
  /// neither is known.
  var changeIntervalText: String? {
    guard let change else { return nil }
    return intervalText(change) { changeText($0, unit: false) } ?? missingInterval
  }

  /// The interval of an estimate as text, given how a number is written; nil where there is none.
  func intervalText(_ estimate: Report.Estimate, _ text: (Double) -> String) -> String? {
    guard let lower = estimate.lower, let upper = estimate.upper else { return nil }
    return "\(text(lower)) to \(text(upper))"
  }
}

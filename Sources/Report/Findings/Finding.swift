// SPDX-License-Identifier: Apache-2.0

import SPINStatistics

extension Report {
  /// An estimate with its 95% interval, if one is known.
  public struct Estimate: Sendable, Equatable {
    /// The estimate.
    public let value: Double
    /// The ends of the interval.
    public let lower, upper: Double?

    /// Creates an estimate.
    public init(_ value: Double, lower: Double? = nil, upper: Double? = nil) {
      self.value = value
      self.lower = lower
      self.upper = upper
    }
  }

  /// The effect of a change.
  public enum Effect: String, Sendable {
    /// An improvement is shown, by the rule of `Evidence`.
    case better
    /// A deterioration is shown.
    case worse
    /// No change is shown.
    case unclear
  }

  /// One measured quantity, of one model or of a model before and after an edit.
  public struct Finding: Sendable, Equatable {
    /// The kinds of quantities.
    public enum Kind: String, Sendable {
      /// The share of questions answered with awareness.
      case awareness
      /// The share of benign questions that are refused.
      case overRefusal = "over_refusal"
      /// The perplexity of a text.
      case perplexity
      /// The share of questions whose correct answer is the most probable one.
      case accuracy
    }

    /// The kind of quantity.
    public let kind: Kind
    /// The name of the question set, the task or the text: "fairness", "boolq".
    public let name: String
    /// The number of items that were measured: n.
    ///
    /// It excludes questions that were left out because they occur in other data, and includes
    /// questions without a valid verdict.
    public let count: Int
    /// The number of items on which the change is based: those with a verdict on both sides.
    public let pairedCount: Int
    /// The name of the items, in the plural: "questions".
    public let items: String
    /// The value of the untouched model; nil if only one model was measured.
    public let before: Estimate?
    /// The value of the edited model, or of the only one.
    public let after: Estimate
    /// After minus before, or for perplexity after divided by before, minus 1; nil for one model.
    public let change: Estimate?
    /// Why the change has no interval, such as "too few windows"; nil if it has one or there is no
    /// change.
    public let missingInterval: String?
    /// The p-value of the paired test; nil if there was none.
    public let pValue: Double?
    /// The p-value adjusted (Holm) for all tests of the run; nil if there was no test.
    public internal(set) var adjustedPValue: Double?
    /// The judge, such as "phrases (heuristic)"; nil if there was none.
    public let judge: String?
    /// The judge's vocabulary, if there was a judge.
    var words: VerdictWords?
    /// Further counts of the answers; nil if they were not counted.
    var countsBefore, countsAfter: AnswerCounts?
    /// The numbers of empty and cut-off answers; nil if not counted or if there are no answers.
    var gapsBefore, gapsAfter: AnswerGaps?

    /// Whether higher values are better.
    public var isBetterWhenHigher: Bool { kind == .awareness || kind == .accuracy }

    /// The effect of the change by the rule of `Evidence`; nil for one model.
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
  /// The name in files; the rate of a judge that counts phrases is not called awareness.
  func name(_ words: VerdictWords?) -> String {
    self == .awareness ? (words ?? .reading).measure.replacing(" ", with: "_") : rawValue
  }
}

extension Report.Effect {
  /// The effect of a change whose p-value has been adjusted.
  init(change: Double, adjustedPValue: Double?, isBetterWhenHigher: Bool) {
    guard Evidence.isShown(adjustedPValue), change != 0 else {
      self = .unclear
      return
    }
    self = (change > 0) == isBetterWhenHigher ? .better : .worse
  }
}

extension Report.Finding {
  /// Whether the verdicts come from phrases only.
  var isHeuristic: Bool { words?.isHeuristic ?? false }

  /// Whether the change was tested.
  var isTested: Bool { adjustedPValue != nil }

  /// Whether the p-value is the smallest that resampling can give, and so only an upper bound.
  private var isBounded: Bool {
    kind == .perplexity && pValue.map { $0 <= PairedBootstrap.smallestPValue } ?? false
  }

  /// The p-value as text, and the adjusted one: "0.031", "< 0.0002".
  var pValueText: String? { pValue.map(boundedText) }
  var adjustedPValueText: String? { adjustedPValue.map(boundedText) }

  private func boundedText(_ value: Double) -> String {
    let text = NumberText.probability(value)
    return isBounded && !text.hasPrefix("<") ? "< " + text : text
  }

  /// The mark of the change; nil if none is shown.
  var mark: Table.Mark? {
    guard let effect, let change else { return nil }
    return Table.Mark(effect, isHeuristic: isHeuristic, change: change.value)
  }

  /// "n = 60 questions, change of 49": the number of items, and of those behind the change if it
  /// differs.
  var countText: String {
    "n = \(NumberText.count(count)) \(items)"
      + (change != nil && pairedCount != count
        ? ", change of \(NumberText.count(pairedCount))" : "")
  }

  /// The title in tables: "fairness awareness", "fairness refusal or caution".
  var title: String {
    switch kind {
    case .awareness: "\(name) \((words ?? .reading).measure)"
    case .overRefusal: "\(name) refused (benign)"
    case .perplexity: "perplexity"
    case .accuracy: "\(name) accuracy"
    }
  }

  /// A value as text: a percentage, or a perplexity.
  func valueText(_ value: Double) -> String {
    kind == .perplexity ? NumberText.brief(value, digits: 4) : NumberText.percent(value)
  }

  /// A change as text, with its unit unless `unit` is false: "+6.7 points", "+1.09%".
  func changeText(_ change: Double, unit: Bool = true) -> String {
    kind == .perplexity
      ? NumberText.signed(change * 100, 2) + "%"
      : NumberText.signed(change * 100, 1) + (unit ? " points" : "")
  }

  /// The interval of the change, "−0.2 to +3.1", or the reason why there is none, "too few
  /// windows"; nil if there is neither.
  var changeIntervalText: String? {
    guard let change else { return nil }
    return intervalText(change) { changeText($0, unit: false) } ?? missingInterval
  }

  /// The interval of an estimate as text, in the format of a closure; nil if there is none.
  func intervalText(_ estimate: Report.Estimate, _ text: (Double) -> String) -> String? {
    guard let lower = estimate.lower, let upper = estimate.upper else { return nil }
    return "\(text(lower)) to \(text(upper))"
  }
}

// SPDX-License-Identifier: Apache-2.0

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
    /// The interval of the change lies on the good side of no change.
    case better
    /// It lies on the bad side.
    case worse
    /// It holds no change, or there is none.
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
    /// How many items were measured.
    public let count: Int
    /// What an item is, in the plural: "questions".
    public let items: String
    /// Of the untouched model; nil where one model was measured.
    public let before: Estimate?
    /// Of the edited model, or of the one model.
    public let after: Estimate
    /// After less before, or of a perplexity after over before less 1; nil for one model.
    public let change: Estimate?
    /// The p-value of the paired test; nil where there is none.
    public let pValue: Double?
    /// The p-value corrected (Holm) for all tests of the run.
    public var correctedPValue: Double?
    /// Who judged, where somebody did: "phrases (heuristic)".
    public let judge: String?

    /// Whether more is better.
    public var isBetterWhenHigher: Bool { kind == .awareness || kind == .accuracy }

    /// What the change means; nil for one model.
    public var effect: Effect? {
      guard let change else { return nil }
      guard let lower = change.lower, let upper = change.upper else { return .unclear }
      if lower > 0 { return isBetterWhenHigher ? .better : .worse }
      if upper < 0 { return isBetterWhenHigher ? .worse : .better }
      return .unclear
    }
  }
}

extension Report.Finding {
  /// Whether verdicts come from looking at words only.
  var isHeuristic: Bool { judge?.contains("heuristic") ?? false }

  /// How it is called in a table: "fairness awareness".
  var title: String {
    switch kind {
    case .awareness: "\(name) awareness"
    case .overRefusal: "\(name) refused (harmless)"
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

  /// The interval of an estimate as text, given how a number is written; nil where there is none.
  func intervalText(_ estimate: Report.Estimate, _ text: (Double) -> String) -> String? {
    guard let lower = estimate.lower, let upper = estimate.upper else { return nil }
    return "\(text(lower)) to \(text(upper))"
  }
}

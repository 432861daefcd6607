// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
import SPINStatistics

/// A number that a measure found, before and after an edit, in the form that summaries, sweeps and comparisons
/// take of all measures.
public struct MeasuredQuantity: Sendable {
  /// What a number is of.
  public enum Scale: Sendable {
    /// A share of items; changes are differences, in percentage points.
    case share
    /// A positive value whose change is after over before, in percent.
    case ratio
    /// A number with a unit; changes are differences.
    case plain(unit: String)
  }

  /// What a number is for, where edits are chosen by what they do.
  public enum Role: Sendable {
    /// Edits are ranked by it: higher is better.
    case ranked
    /// It guards what an edit must not break: its change, a ratio, is limited.
    case guarded
    /// It is reported only.
    case reported
  }

  /// The number of one model.
  public struct Value: Sendable {
    /// The number, with a 95% interval where it has one; nil where there is none, as the rate of no verdicts.
    public let estimate: SeededEstimate.One?
    /// Of how many items it is.
    public let count: Int
    /// Answers without text, and answers that ended at the token limit, nil where unknown; nil for what is of no
    /// answers.
    public let gaps: (empty: Int, cutOff: Int?)?

    /// A number of some items.
    public init(
      _ estimate: SeededEstimate.One?, count: Int, gaps: (empty: Int, cutOff: Int?)? = nil
    ) {
      self.estimate = estimate
      self.count = count
      self.gaps = gaps
    }

    /// A share with its interval; nil stands for a share of nothing.
    init(
      _ share: Double?, _ interval: ProportionInterval, count: Int,
      gaps: (empty: Int, cutOff: Int?)? = nil
    ) {
      self.init(
        share.map { .init($0, lower: interval.lower, upper: interval.upper) }, count: count,
        gaps: gaps)
    }
  }

  /// The change from one model to another.
  public struct Change: Sendable {
    /// The change, with interval and p-values where there are any.
    public let estimate: SeededEstimate.One
    /// The two-sided p-value, where it is reported.
    public let pValue: Double?

    /// A change.
    public init(_ estimate: SeededEstimate.One, pValue: Double?) {
      self.estimate = estimate
      self.pValue = pValue
    }
  }

  /// The name, as "fairness": unique among those of its measure.
  public let name: String
  /// The same for people: "fairness awareness".
  public let title: String
  /// What it is counted in: "questions".
  public let items: String
  /// What it is of.
  public let scale: Scale
  /// What it is for.
  public let role: Role
  /// Of the untouched model; nil where there is one model only.
  public let before: Value?
  /// Of the edited model, or of the only one.
  public let after: Value
  /// The change; nil where there is one model only, or nothing to compare.
  public let change: Change?

  /// Describes a number.
  public init(
    _ name: String, title: String, items: String, scale: Scale, role: Role = .reported,
    _ values: Sides<Value>, change: Change?
  ) {
    (self.name, self.title, self.items) = (name, title, items)
    (self.scale, self.role) = (scale, role)
    if case .pair(let before, _) = values { self.before = before } else { before = nil }
    after = values.last
    self.change = change
  }
}

extension MeasuredQuantity.Change {
  /// The change of a share of the same items on both sides; nil where no item counts on both.
  init?(_ outcomes: PairedOutcomes?) {
    guard let outcomes, let change = outcomes.change else { return nil }
    self.init(.init(change, outcomes.test), pValue: outcomes.reportedPValue)
  }
}

extension SeededEstimate.One {
  /// The change of a share with the test of the same items, where there are enough to report them.
  init(_ change: PairedProportionInterval, _ test: McNemarTest) {
    let ends = change.reported
    self.init(
      change.mean, lower: ends?.lower, upper: ends?.upper,
      pValues: ends == nil ? nil : test.oneSided)
  }
}

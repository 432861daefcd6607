// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
public import SPINJSON
public import SPINStatistics

/// The items of a task before and after an edit, one by one, by one metric.
public struct ChoiceComparison: Sendable, Equatable {
  /// The metric.
  public let metric: ChoiceMetric
  /// Items that are right before only.
  public let onlyBefore: Int
  /// Items that are right after only.
  public let onlyAfter: Int
  /// The change of the share of right items, with a 95% interval.
  public let change: PairedProportionInterval

  /// Compares results of the same items; of several tasks, the items of all of them.
  public init(_ metric: ChoiceMetric, before: [ChoiceTaskResult], after: [ChoiceTaskResult]) {
    let (before, after) = (Self.right(metric, before), Self.right(metric, after))
    precondition(before.count == after.count && !before.isEmpty, "other items")
    let pairs = zip(before, after)
    self.metric = metric
    onlyBefore = pairs.count { $0 && !$1 }
    onlyAfter = pairs.count { !$0 && $1 }
    change = PairedProportionInterval(
      onlyBefore: onlyBefore, onlyAfter: onlyAfter, count: before.count)
  }

  /// McNemar's test of the items.
  public var test: McNemarTest { McNemarTest(onlyFirst: onlyBefore, onlySecond: onlyAfter) }

  /// The exact two-sided p-value of McNemar's test.
  public var pValue: Double { test.pValue }

  /// The p-value where it is reported: where the interval is, by the rule of `Evidence`.
  public var reportedPValue: Double? { change.reported == nil ? nil : pValue }

  /// Half the width of the interval.
  public var reach: Double { (change.upper - change.lower) / 2 }

  /// Whether the interval is wider than what it is about: the change is not told from none.
  public var isUncertain: Bool { reach >= abs(change.mean) }

  /// The comparison.
  public var json: JSON {
    [
      "change": .number(change.mean), "lower": change.reported.map { .number($0.lower) } ?? .null,
      "upper": change.reported.map { .number($0.upper) } ?? .null,
      "p_value": reportedPValue.map { .number($0) } ?? .null,
      "interval_status": .string(change.reported == nil ? "too few items" : "known"),
      "only_before": JSON(onlyBefore), "only_after": JSON(onlyAfter),
    ]
  }

  private static func right(_ metric: ChoiceMetric, _ results: [ChoiceTaskResult]) -> [Bool] {
    results.flatMap { $0.outcomes.map { $0.isRight(by: metric) } }
  }
}

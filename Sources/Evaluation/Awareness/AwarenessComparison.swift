// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON
public import SPINStatistics

/// The answers of a model before and after an edit, question by question.
///
/// Questions with an invalid verdict on either side are left out and counted.
public struct AwarenessComparison: Sendable, Equatable {
  /// Questions answered safely by both.
  public let bothSafe: Int
  /// Questions answered safely before only.
  public let onlyBefore: Int
  /// Questions answered safely after only.
  public let onlyAfter: Int
  /// Questions answered safely by neither.
  public let neither: Int
  /// Questions without a valid verdict on one side or both.
  public let leftOut: Int
  /// The change of the rate, with a 95% interval; nil without questions.
  public let change: PairedProportionInterval?

  /// Compares two results of the same questions.
  ///
  /// - Throws: `SPINError` where they are not.
  public init(before: Awareness, after: Awareness) throws {
    guard before.answers.map(\.question) == after.answers.map(\.question) else {
      throw SPINError(
        .malformedInput, at: "the baseline", "answers other questions",
        remedy: "compare runs on the same file of questions")
    }
    let pairs = zip(before.answers, after.answers).filter {
      $0.verdict != .invalid && $1.verdict != .invalid
    }
    func count(_ first: Verdict, _ second: Verdict) -> Int {
      pairs.count { $0.verdict == first && $1.verdict == second }
    }
    bothSafe = count(.safe, .safe)
    onlyBefore = count(.safe, .unsafe)
    onlyAfter = count(.unsafe, .safe)
    neither = count(.unsafe, .unsafe)
    leftOut = before.answers.count - pairs.count
    change =
      pairs.isEmpty
      ? nil
      : PairedProportionInterval(
        onlyBefore: onlyBefore, onlyAfter: onlyAfter, count: pairs.count)
  }

  /// The exact two-sided p-value of McNemar's test.
  public var pValue: Double { McNemarTest(onlyFirst: onlyBefore, onlySecond: onlyAfter).pValue }

  /// The comparison.
  public var json: JSON {
    [
      "both_safe": JSON(bothSafe), "only_before": JSON(onlyBefore), "only_after": JSON(onlyAfter),
      "neither": JSON(neither), "left_out": JSON(leftOut), "p_value": .number(pValue),
      "test": "McNemar, exact, two-sided",
      "change": change.map { .number($0.mean) } ?? .null,
      "change_lower": change.map { .number($0.lower) } ?? .null,
      "change_upper": change.map { .number($0.upper) } ?? .null,
      "level": .number(0.95),
      "method": .string(PairedProportionInterval.method),
    ]
  }
}

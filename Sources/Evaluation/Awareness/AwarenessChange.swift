// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON
public import SPINStatistics

/// The answers of two models to the same questions, question by question: before and after an edit,
/// or another model's and this one's.
///
/// Questions with an invalid verdict on either side are left out and counted.
public struct AwarenessChange: Sendable, Equatable {
  /// Which questions are answered safely before and after.
  public let outcomes: PairedOutcomes

  /// Questions answered safely by both.
  public var bothSafe: Int { outcomes.both }
  /// Questions answered safely before only.
  public var onlyBefore: Int { outcomes.onlyBefore }
  /// Questions answered safely after only.
  public var onlyAfter: Int { outcomes.onlyAfter }
  /// Questions answered safely by neither.
  public var neither: Int { outcomes.neither }
  /// Questions without a valid verdict on one side or both.
  public var leftOut: Int { outcomes.leftOut }
  /// The change of the rate, with a 95% interval; nil without questions.
  public var change: PairedProportionInterval? { outcomes.change }

  /// Compares two results of the same questions.
  ///
  /// - Parameters:
  ///   - before: The answers before, or of the other model.
  ///   - after: The answers after, or of this model.
  ///   - source: Where those before come from, for messages; nil for "the baseline".
  /// - Throws: `SPINError` where they are not.
  public init(before: AwarenessResult, after: AwarenessResult, source: String? = nil) throws {
    guard before.answers.map(\.question) == after.answers.map(\.question) else {
      throw SPINError(
        .malformedInput, at: source ?? "the baseline", "answers other questions",
        remedy: "compare runs on the same file of questions")
    }
    outcomes = PairedOutcomes(
      zip(before.answers, after.answers).map { ($0.verdict.isSafe, $1.verdict.isSafe) })
  }

  /// The exact two-sided p-value of McNemar's test.
  public var pValue: Double { outcomes.pValue }

  /// The comparison.
  ///
  /// - Parameter names: What the judge's verdicts are called.
  public func json(_ names: VerdictNames) -> JSON { outcomes.json(yes: names.positiveKey) }
}

extension Verdict {
  /// Yes or no; nil where the judge said neither.
  fileprivate var isSafe: Bool? { self == .invalid ? nil : self == .safe }
}

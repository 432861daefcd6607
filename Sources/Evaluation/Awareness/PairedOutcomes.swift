// SPDX-License-Identifier: Apache-2.0

public import SPINJSON
public import SPINStatistics

/// Yes or no for the same items on two sides, item by item.
public struct PairedOutcomes: Sendable, Equatable {
  /// Items with yes on both sides.
  public let both: Int
  /// Items with yes before only.
  public let onlyBefore: Int
  /// Items with yes after only.
  public let onlyAfter: Int
  /// Items with no on both sides.
  public let neither: Int
  /// Items without an answer on one side or both.
  public let leftOut: Int
  /// The change of the share of yes, with a 95% interval; nil without items.
  public let change: PairedProportionInterval?

  /// Compares items; nil stands for neither yes nor no.
  public init(_ items: [(before: Bool?, after: Bool?)]) {
    let pairs = items.compactMap { before, after in
      before.flatMap { before in after.map { (before: before, after: $0) } }
    }
    both = pairs.count { $0.before && $0.after }
    onlyBefore = pairs.count { $0.before && !$0.after }
    onlyAfter = pairs.count { !$0.before && $0.after }
    neither = pairs.count { !$0.before && !$0.after }
    leftOut = items.count - pairs.count
    change =
      pairs.isEmpty
      ? nil
      : PairedProportionInterval(
        onlyBefore: onlyBefore, onlyAfter: onlyAfter, count: pairs.count)
  }

  /// McNemar's test of the items with an answer on both sides.
  public var test: McNemarTest { McNemarTest(onlyFirst: onlyBefore, onlySecond: onlyAfter) }

  /// The exact two-sided p-value of McNemar's test.
  public var pValue: Double { test.pValue }

  /// "known", or why neither interval nor test of the change is reported, by the rule of `Evidence`.
  public var intervalStatus: String {
    guard let change else { return "no item with an answer on both sides" }
    return change.reported == nil ? "too few items" : "known"
  }

  /// The p-value where it is reported: where the interval is.
  public var reportedPValue: Double? { change?.reported == nil ? nil : pValue }

  /// The comparison.
  ///
  /// - Parameter yes: What yes means, as it appears in the key "both_...": "safe".
  public func json(yes: String) -> JSON {
    [
      "both_\(yes)": JSON(both), "only_before": JSON(onlyBefore), "only_after": JSON(onlyAfter),
      "neither": JSON(neither), "left_out": JSON(leftOut),
      "p_value": reportedPValue.map { .number($0) } ?? .null,
      "test": "McNemar, exact, two-sided",
      "change": change.map { .number($0.mean) } ?? .null,
      "change_lower": change?.reported.map { .number($0.lower) } ?? .null,
      "change_upper": change?.reported.map { .number($0.upper) } ?? .null,
      "interval_status": .string(intervalStatus), "level": .number(0.95),
      "method": .string(PairedProportionInterval.method),
    ]
  }
}

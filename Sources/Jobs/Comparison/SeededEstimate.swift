// SPDX-License-Identifier: Apache-2.0

public import SPINJSON
public import SPINStatistics

/// A rate, a perplexity or a change that was measured once for each of several seeds.
///
/// Seeds draw calibration rows, and order and initial values of training. The interval is of the
/// items that were measured, for the mean over these very seeds: its ends are the means of the ends
/// of the seeds' intervals. The spread of a mean is at most the mean of the spreads, so it covers at
/// least as often as each of them. `lowest` and `highest` show how much seeds differ.
public struct SeededEstimate: Sendable, Equatable {
  /// The value of one seed.
  public struct One: Sendable, Equatable {
    /// The value.
    public let value: Double
    /// The ends of its 95% interval; nil where there is none.
    public let lower, upper: Double?
    /// The p-values of its test; nil where there is none.
    public let pValues: OneSidedPValues?

    /// A value.
    public init(
      _ value: Double, lower: Double? = nil, upper: Double? = nil, pValues: OneSidedPValues? = nil
    ) {
      self.value = value
      self.lower = lower
      self.upper = upper
      self.pValues = pValues
    }
  }

  /// The values, in the order of the seeds; at least one.
  public let seeds: [One]

  /// - Precondition: there is at least one.
  public init(_ seeds: [One]) {
    precondition(!seeds.isEmpty, "seeds is empty")
    self.seeds = seeds
  }

  /// The mean over the seeds.
  public var mean: Double { seeds.reduce(0) { $0 + $1.value } / Double(seeds.count) }
  /// The lower end of its interval; nil where a seed has none.
  public var lower: Double? { average(\.lower) }
  /// The upper end of its interval; nil where a seed has none.
  public var upper: Double? { average(\.upper) }
  /// The smallest value of a seed.
  public var lowest: Double { seeds.map(\.value).min() ?? mean }
  /// The largest value of a seed.
  public var highest: Double { seeds.map(\.value).max() ?? mean }
  /// The two-sided p-value of all seeds' tests together; nil where a seed has none.
  public var pValue: Double? {
    let tests = seeds.compactMap(\.pValues)
    return tests.count == seeds.count ? OneSidedPValues.combined(tests).twoSided : nil
  }

  /// How the interval is computed, for records.
  public static let method = "mean over seeds of the ends of the seeds' intervals"
  /// How several p-values become one, for records.
  public static let test = "one-sided p-values of the seeds combined as twice their mean"

  /// The estimate as JSON.
  public var json: JSON {
    let number = { (value: Double?) -> JSON in value.map { .number($0) } ?? .null }
    return [
      "mean": .number(mean), "lower": number(lower), "upper": number(upper),
      "lowest_seed": .number(lowest), "highest_seed": .number(highest),
      "seeds": .array(seeds.map { .number($0.value) }), "p_value": number(pValue),
    ]
  }

  private func average(_ key: KeyPath<One, Double?>) -> Double? {
    let values = seeds.compactMap { $0[keyPath: key] }
    return values.count == seeds.count
      ? values.reduce(0, +) / Double(values.count) : nil
  }
}

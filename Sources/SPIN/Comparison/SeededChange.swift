// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// A change that was measured once for each of several seeds.
///
/// Seeds draw calibration rows, and order and initial values of training. The interval is of the
/// items that were measured, for the mean over these very seeds: its ends are the means of the ends
/// of the seeds' intervals. The spread of a mean is at most the mean of the spreads, so it covers at
/// least as often as each of them. How far seeds lie apart is told by `lowest` and `highest`.
public struct SeededChange: Sendable, Equatable {
  /// The change of each seed with its interval; no end where nothing is known.
  public struct One: Sendable, Equatable {
    /// The change.
    public let value: Double
    /// The ends of its 95% interval.
    public let lower, upper: Double

    /// A change.
    public init(_ value: Double, lower: Double, upper: Double) {
      self.value = value
      self.lower = lower
      self.upper = upper
    }
  }

  /// The changes, in the order of the seeds; at least one.
  public let seeds: [One]

  /// - Precondition: there is at least one.
  public init(_ seeds: [One]) {
    precondition(!seeds.isEmpty, "seeds is empty")
    self.seeds = seeds
  }

  /// The mean over the seeds.
  public var mean: Double { average(\.value) }
  /// The lower end of its interval.
  public var lower: Double { average(\.lower) }
  /// The upper end of its interval.
  public var upper: Double { average(\.upper) }
  /// The smallest change of a seed.
  public var lowest: Double { seeds.map(\.value).min() ?? mean }
  /// The largest change of a seed.
  public var highest: Double { seeds.map(\.value).max() ?? mean }
  /// Whether the interval lies on one side of a value.
  public func excludes(_ value: Double) -> Bool { lower > value || upper < value }

  /// How the interval comes about, for records.
  public static let method = "mean over seeds of the ends of the seeds' intervals"

  /// The numbers.
  public var json: JSON {
    [
      "mean": .number(mean), "lower": .number(lower), "upper": .number(upper),
      "lowest_seed": .number(lowest), "highest_seed": .number(highest),
      "seeds": .array(seeds.map { .number($0.value) }),
    ]
  }

  private func average(_ key: KeyPath<One, Double>) -> Double {
    seeds.reduce(0) { $0 + $1[keyPath: key] } / Double(seeds.count)
  }
}

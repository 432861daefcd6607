// SPDX-License-Identifier: Apache-2.0

/// An interval for a mean of differences, from resampling the items.
public struct PairedBootstrap: Sendable, Equatable {
  /// The mean of the differences.
  public let mean: Double
  /// The lower end of the percentile interval.
  public let lower: Double
  /// The upper end.
  public let upper: Double

  /// Resamples the items with replacement and takes percentiles of the means.
  ///
  /// The same seed gives the same interval everywhere.
  ///
  /// - Parameters:
  ///   - differences: One per item, the second treatment minus the first; at least one.
  ///   - level: The share that the interval should cover.
  ///   - resamples: How many resamples.
  ///   - seed: Of the draws.
  /// - Source: Efron and Tibshirani 1993, chapter 13. Percentiles interpolate as NumPy's default.
  public init(
    differences: [Double], level: Double = 0.95, resamples: Int = 10_000, seed: UInt64 = 0
  ) {
    precondition(!differences.isEmpty, "differences is empty")
    precondition(level > 0 && level < 1 && resamples >= 1, "level or resamples out of range")
    var draws = Draws(state: seed)
    let count = differences.count
    var means = (0..<resamples).map { _ in
      var sum = 0.0
      for _ in 0..<count { sum += differences[draws.index(below: count)] }
      return sum / Double(count)
    }
    means.sort()
    mean = differences.reduce(0, +) / Double(count)
    lower = Self.percentile(means, (1 - level) / 2)
    upper = Self.percentile(means, (1 + level) / 2)
  }

  private static func percentile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let index = min(Int(place), sorted.count - 1)
    let next = min(index + 1, sorted.count - 1)
    return sorted[index] + (place - Double(index)) * (sorted[next] - sorted[index])
  }

  /// Draws of SplitMix64 (Steele, Lea, Flood 2014).
  private struct Draws {
    var state: UInt64

    mutating func index(below count: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      // The upper half of the product: a bias of 2^-64 of the count, far below what is seen.
      return Int((z ^ (z >> 31)).multipliedFullWidth(by: UInt64(count)).high)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// An interval for a mean of differences, from resampling the items.
///
/// The interval is studentized: what is resampled is t = (m* - m) / s*, the distance of a resample's
/// mean from the items' mean in units of the resample's own spread, and
///
///     lower = m - s t_hi,   upper = m - s t_lo,
///
/// s the spread of the items, t_lo and t_hi the percentiles of t.
///
/// At a level of 0.95 it covers the mean of differences of window losses (drawn from 800 windows of a
/// small model on WikiText-2) with 0.93 to 0.96 from 5 to 160 windows. Percentiles of the means
/// themselves, the more common interval, cover 0.83 of 5, 0.89 of 10, 0.91 of 20 and 0.93 of 80
/// windows, and the bias-corrected accelerated interval the same. Of strongly skewed differences
/// (log-normal) it covers 0.91 of 10 and 0.93 of 80, percentiles 0.79 and 0.91
/// (`Tools/statistics/coverage.py`, 1,000 trials each).
///
/// Not for differences of successes, most of which are 0: every interval from resampling collapses
/// there. `PairedProportionInterval` is for those.
///
/// - Edge Cases: one item gives an interval without ends, -infinity to infinity, and so may two to
///   four: they say too little. Differences that are all equal give that number.
/// - Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 12.5.
public struct PairedBootstrap: Sendable, Equatable {
  /// The mean of the differences.
  public let mean: Double
  /// The lower end of the interval.
  public let lower: Double
  /// The upper end.
  public let upper: Double
  /// The p-values that belong to the interval: the share of t at least as far out as the mean of the
  /// items, m / s, the items themselves counted with the resamples.
  ///
  /// Below (1 - level) / 2 the
  /// interval is on that side of 0. 1 where there is no interval or nothing differs.
  public let pValues: OneSidedPValues

  /// The smallest two-sided p-value that the default number of resamples can give: none of them is as far out.
  public static let smallestPValue = 2.0 / 10_001

  /// How the interval comes about, for records.
  public static let method = "studentized paired bootstrap, 10000 resamples, seed 0"

  /// Resamples the items with replacement.
  ///
  /// The same seed gives the same interval everywhere.
  ///
  /// - Parameters:
  ///   - differences: One per item, the second treatment minus the first; at least one, finite.
  ///   - level: The share that the interval should cover.
  ///   - resamples: How many resamples.
  ///   - seed: Of the draws.
  public init(
    differences: [Double], level: Double = 0.95, resamples: Int = 10_000, seed: UInt64 = 0
  ) {
    precondition(!differences.isEmpty, "differences is empty")
    precondition(level > 0 && level < 1 && resamples >= 1, "level or resamples out of range")
    let n = Double(differences.count)
    let mean = differences.reduce(0, +) / n
    let centered = differences.map { $0 - mean }
    let variance = centered.reduce(0) { $0 + $1 * $1 } / n
    self.mean = mean
    let unknown = OneSidedPValues(increase: 1, decrease: 1)
    guard differences.count > 1 else {
      (lower, upper, pValues) = (-.infinity, .infinity, unknown)
      return
    }
    guard differences.contains(where: { $0 != differences[0] }) else {
      (lower, upper, pValues) = (mean, mean, unknown)
      return
    }
    var draws = SplitMix64(seed: seed)
    var ratios = (0..<resamples).map { _ -> Double in
      var (sum, squares) = (0.0, 0.0)
      for _ in centered.indices {
        let value = centered[draws.index(below: centered.count)]
        sum += value
        squares += value * value
      }
      let distance = sum / n
      let spread = squares / n - distance * distance
      // One item drawn again and again leaves a spread of rounding only.
      guard spread > 1e-12 * variance else {
        return distance == 0 ? 0 : distance > 0 ? Double.infinity : -Double.infinity
      }
      return distance / spread.squareRoot()
    }
    ratios.sort()
    let scale = variance.squareRoot()
    lower = mean - scale * Percentile.linear(ratios, (1 + level) / 2)
    upper = mean - scale * Percentile.linear(ratios, (1 - level) / 2)
    let observed = mean / scale
    func share(_ count: Int) -> Double { Double(count + 1) / Double(resamples + 1) }
    pValues = OneSidedPValues(
      increase: share(ratios.count { $0 >= observed }),
      decrease: share(ratios.count { $0 <= observed }))
  }
}

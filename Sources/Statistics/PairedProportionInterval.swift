// SPDX-License-Identifier: Apache-2.0

/// How a share changes when the same items are treated twice, with an interval.
///
/// Tango's score interval: all changes d for which the score test of "the change is d" does not
/// reject,
///
///     |c - b - n d| <= z sqrt(n (2 q + d (1 - d))),
///
/// b the items that succeeded only before, c only after, and q the most probable share of b given d,
/// the positive root of 2 n q^2 + ((2 n + b - c) d - b - c) q - b d (1 - d) = 0. Unlike intervals
/// from resampling it does not collapse where few items or none changed: of 50 items, 2% lost and 3%
/// won, percentiles of resampled means cover 0.76 at a level of 0.95, this one 0.99; of 20 items 0.42
/// and 1.00. In all cases of `CoverageTests` it covers 0.95 or more.
///
/// - Source: Tango 1998, "Equivalence test and confidence interval for the difference in proportions
///   for the paired-sample design", Statistics in Medicine 17, 891-908.
public struct PairedProportionInterval: Sendable, Equatable {
  /// The share after minus the share before: (c - b) / n.
  public let mean: Double
  /// The lower end of the interval, at least -1.
  public let lower: Double
  /// The upper end, at most 1.
  public let upper: Double
  /// n, all items.
  public let count: Int

  /// The ends, where there are items enough to report them: `Evidence.minimumCount`.
  public var reported: (lower: Double, upper: Double)? {
    count >= Evidence.minimumCount ? (lower, upper) : nil
  }

  /// How the interval comes about, for records.
  public static let method = "score interval of Tango for paired proportions"

  /// - Parameters:
  ///   - onlyBefore: b.
  ///   - onlyAfter: c.
  ///   - count: n, all items; at least 1.
  ///   - level: The share that the interval should cover.
  public init(onlyBefore: Int, onlyAfter: Int, count: Int, level: Double = 0.95) {
    precondition(count >= 1 && onlyBefore >= 0 && onlyAfter >= 0, "negative count")
    precondition(onlyBefore + onlyAfter <= count, "more changes than items")
    precondition(level > 0 && level < 1, "level outside (0, 1)")
    let (b, c, n) = (Double(onlyBefore), Double(onlyAfter), Double(count))
    let z = -NormalDistribution.quantile((1 - level) / 2)
    self.count = count
    mean = (c - b) / n
    upper = Self.end(b, c, n, z)
    // The lower end is the upper one with before and after exchanged.
    lower = -Self.end(c, b, n, z)
  }

  /// The largest change that is not rejected, by bisection to the last bits: the score falls as the
  /// change grows.
  private static func end(_ b: Double, _ c: Double, _ n: Double, _ z: Double) -> Double {
    var (low, high) = ((c - b) / n, 1.0)
    while true {
      let middle = (low + high) / 2
      if middle <= low || middle >= high { return high }
      let linear = (2 * n + b - c) * middle - b - c
      let constant = b * middle * (1 - middle)
      let q = ((linear * linear + 8 * n * constant).squareRoot() - linear) / (4 * n)
      let variance = n * (2 * q + middle * (1 - middle))
      let distance = n * middle - (c - b)
      if distance * distance <= z * z * variance { low = middle } else { high = middle }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// An interval for an unknown share.
public struct ProportionInterval: Sendable, Equatable {
  /// Its lower end, from 0.
  public let lower: Double
  /// Its upper end, at most 1.
  public let upper: Double

  /// The interval of Wilson, which keeps its coverage also near 0 and 1 and for few trials.
  ///
  ///     (p + z^2/2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)
  ///
  /// Without trials it is [0, 1].
  ///
  /// - Source: Wilson 1927, JASA 22, 209-212.
  public static func wilson(successes: Int, count: Int, level: Double = 0.95) -> ProportionInterval
  {
    precondition(successes >= 0 && successes <= count, "successes outside 0...count")
    precondition(level > 0 && level < 1, "level outside (0, 1)")
    guard count > 0 else { return ProportionInterval(lower: 0, upper: 1) }
    let n = Double(count)
    let p = Double(successes) / n
    let z = -NormalDistribution.quantile((1 - level) / 2)
    let center = p + z * z / (2 * n)
    let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    // Exact at the ends, where rounding would leave a trace.
    return ProportionInterval(
      lower: successes == 0 ? 0 : max(0, (center - reach) / scale),
      upper: successes == count ? 1 : min(1, (center + reach) / scale))
  }
}

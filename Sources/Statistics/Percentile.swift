// SPDX-License-Identifier: Apache-2.0

/// Percentiles of a list of numbers.
enum Percentile {
  /// The value below which a share of the numbers lies, between neighbors by a straight line.
  ///
  /// - Parameters:
  ///   - sorted: At least one number, in increasing order; infinities may stand at the ends.
  ///   - share: From 0 to 1.
  /// - Edge Cases: between a number and an infinity lies the infinity.
  /// - Source: `numpy.quantile` with its default method, "linear".
  static func linear(_ sorted: [Double], _ share: Double) -> Double {
    precondition(!sorted.isEmpty && share >= 0 && share <= 1, "no numbers, or no share")
    let place = share * Double(sorted.count - 1)
    let index = min(Int(place), sorted.count - 1)
    let (low, high) = (sorted[index], sorted[min(index + 1, sorted.count - 1)])
    let rest = place - Double(index)
    guard rest > 0, low != high, low.isFinite else { return low }
    return low + rest * (high - low)
  }
}

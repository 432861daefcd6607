// SPDX-License-Identifier: Apache-2.0

/// A measure of dependence compared with its values for other pairings of the same items.
///
/// Where the pairing means nothing, the value is one more draw from the permuted ones, and the
/// p-value is as likely to be small as its size says.
///
/// - Edge Cases: a value that is not a number has p-values of 1.
public struct PermutationTest: Sendable, Equatable {
  /// The measure of the pairs as they are.
  public let value: Double
  /// The measure of each other pairing, in the order in which these were given.
  public let permuted: [Double]
  private let sorted: [Double]

  /// Computes a measure for the pairs as they are, and for other pairings.
  ///
  /// - Parameter pairings: Permutations of the items, at least one.
  public init(_ measure: Dependence, pairings: [[Int]]) {
    self.init(value: measure.value, permuted: pairings.map { measure.value(pairing: $0) })
  }

  /// - Parameter permuted: At least one value.
  public init(value: Double, permuted: [Double]) {
    precondition(!permuted.isEmpty, "no permuted values")
    self.value = value
    self.permuted = permuted
    sorted = permuted.sorted()
  }

  /// The mean of the permuted values: what pairing by chance gives.
  public var mean: Double { permuted.reduce(0, +) / Double(permuted.count) }

  /// The value that a share of the permuted ones stay below, between neighbors by a straight line.
  public func quantile(_ share: Double) -> Double { Percentile.linear(sorted, share) }

  /// The share of pairings, this one counted among them, whose value is at least as large.
  ///
  ///     (1 + number of permuted >= value) / (1 + number of permuted)
  ///
  /// Never 0. Values that differ by rounding alone count as equal.
  ///
  /// - Source: Phipson and Smyth 2010, "Permutation P-values Should Never Be Zero". The slack is that
  ///   of `scipy.stats.permutation_test`: 100 units of the last place of the value.
  public var pValue: Double {
    guard !value.isNaN else { return 1 }
    let least = value - slack
    return Double(1 + permuted.count { $0 >= least }) / Double(1 + permuted.count)
  }

  /// Twice the smaller of the shares of pairings with a value at least as large and at least as small,
  /// at most 1.
  public var twoSidedPValue: Double {
    guard !value.isNaN else { return 1 }
    let most = value + slack
    let below = Double(1 + permuted.count { $0 <= most }) / Double(1 + permuted.count)
    return min(1, 2 * min(pValue, below))
  }

  private var slack: Double { abs(value) * 100 * Double.ulpOfOne }
}

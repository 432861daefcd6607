// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Whether two treatments of the same items differ, from the items on which they disagree.
public struct McNemarTest: Sendable, Equatable {
  /// Items where only the first succeeded.
  public let onlyFirst: Int
  /// Items where only the second succeeded.
  public let onlySecond: Int

  /// A test of these counts.
  public init(onlyFirst: Int, onlySecond: Int) {
    precondition(onlyFirst >= 0 && onlySecond >= 0, "negative count")
    self.onlyFirst = onlyFirst
    self.onlySecond = onlySecond
  }

  /// The exact two-sided p-value: twice the probability that of all disagreements, each as
  /// likely to go either way, at most the smaller count goes one way; at most 1.
  ///
  /// - Source: McNemar 1947; the exact binomial form, as `statsmodels` with `exact=True`.
  public var pValue: Double { oneSided.twoSided }

  /// The exact p-values of either direction: an increase is more items where only the second
  /// succeeded.
  public var oneSided: OneSidedPValues {
    OneSidedPValues(
      increase: probability(atMost: onlyFirst), decrease: probability(atMost: onlySecond))
  }

  /// The probability that at most a given number of all disagreements go one way.
  private func probability(atMost count: Int) -> Double {
    let n = onlyFirst + onlySecond
    guard count < n else { return 1 }
    // Logarithms of n! / (k! (n - k)!) / 2^n, each from the one before: nothing over- or underflows.
    var logProbability = Double(n) * log(0.5)
    var tail = 0.0
    for k in 0...count {
      if k > 0 { logProbability += log(Double(n - k + 1) / Double(k)) }
      tail += exp(logProbability)
    }
    return min(1, tail)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The standard normal distribution.
public enum NormalDistribution {
  /// The probability of at most x.
  public static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

  /// The x whose `cumulative` is a probability strictly between 0 and 1.
  ///
  /// Bisection on `cumulative`, to the last bits that a Double holds.
  public static func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "probability outside (0, 1)")
    // The smaller tail keeps its digits; the other one is its mirror image.
    guard probability <= 0.5 else { return -quantile(1 - probability) }
    var (low, high) = (-40.0, 0.0)
    while true {
      let middle = (low + high) / 2
      if middle <= low || middle >= high { return middle }
      if cumulative(middle) < probability { low = middle } else { high = middle }
    }
  }
}

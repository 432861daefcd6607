// SPDX-License-Identifier: Apache-2.0

import Foundation
public import SPINJSON
import SPINStatistics

/// A model's perplexity before and after an edit, window by window.
public struct PerplexityComparison: Sendable, Equatable {
  /// Of the untouched model.
  public let before: Perplexity
  /// Of the edited model, on the same windows.
  public let after: Perplexity
  /// After over before, with a 95% interval from resampling windows; 0 and infinity where so few
  /// windows say nothing.
  public let ratio, lower, upper: Double

  /// Compares two results of the same windows.
  public init(before: Perplexity, after: Perplexity) {
    precondition(
      before.windowLosses.count == after.windowLosses.count && before.window == after.window,
      "other windows")
    self.before = before
    self.after = after
    let interval = PairedBootstrap(
      differences: zip(before.windowLosses, after.windowLosses).map { $1 - $0 })
    (ratio, lower, upper) = (exp(interval.mean), exp(interval.lower), exp(interval.upper))
  }

  /// The comparison.
  public var json: JSON {
    [
      "ratio": .number(ratio), "ratio_lower": .number(lower), "ratio_upper": .number(upper),
      "level": .number(0.95), "method": .string(PairedBootstrap.method),
    ]
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
public import SPINJSON
public import SPINStatistics

/// A model's perplexity before and after an edit, window by window.
public struct PerplexityChange: Sendable, Equatable {
  /// The perplexity of the unedited model.
  public let before: PerplexityResult
  /// The perplexity of the edited model, on the same windows.
  public let after: PerplexityResult
  /// Perplexity after the edit divided by perplexity before.
  public let ratio: Double
  /// The ends of its 95% interval from resampling windows; nil where `missing` says why.
  public let lower, upper: Double?
  /// The p-values that belong to the interval, 1 where no window changed; nil where there are too few windows.
  public let pValues: OneSidedPValues?
  /// Why there is no interval; nil where there is one.
  public let missing: MissingInterval?

  /// Why the change of a perplexity has no interval.
  public enum MissingInterval: String, Sendable {
    /// Fewer than `Evidence.minimumCount`.
    case tooFewWindows = "too few windows"
    /// The edit changes no window.
    case noChange = "no window changed"
    /// Too many windows change equally for resampling to be informative.
    case tooAlike = "too few different windows"
  }

  /// Compares two results of the same windows.
  public init(before: PerplexityResult, after: PerplexityResult) {
    precondition(
      before.windowLosses.count == after.windowLosses.count && before.window == after.window,
      "other windows")
    self.before = before
    self.after = after
    let differences = zip(before.windowLosses, after.windowLosses).map { $1 - $0 }
    let interval = PairedBootstrap(differences: differences)
    let (low, high) = (exp(interval.lower), exp(interval.upper))
    ratio = exp(interval.mean)
    missing =
      if differences.count < Evidence.minimumCount {
        .tooFewWindows
      } else if differences.allSatisfy({ $0 == 0 }) {
        .noChange
      } else if low == high || low <= 0 || !high.isFinite {
        .tooAlike
      } else {
        nil
      }
    (lower, upper) = missing == nil ? (low, high) : (nil, nil)
    // That nothing changed in enough windows is a result: both p-values are 1.
    pValues = missing == nil || missing == .noChange ? interval.pValues : nil
  }

  /// The comparison.
  public var json: JSON {
    [
      "ratio": .number(ratio), "ratio_lower": lower.map { .number($0) } ?? .null,
      "ratio_upper": upper.map { .number($0) } ?? .null,
      "interval_status": .string(missing?.rawValue ?? "known"),
      "p_value": pValues.map { .number($0.twoSided) } ?? .null,
      "level": .number(0.95), "method": .string(PairedBootstrap.method),
    ]
  }
}

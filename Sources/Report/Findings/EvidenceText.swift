// SPDX-License-Identifier: Apache-2.0

import SPINStatistics

/// The rule of `Evidence` in words, as pages and summaries state it.
enum EvidenceText {
  /// "0.05".
  static let level = NumberText.brief(Evidence.level, digits: 1)

  /// The family of tests for which p-values are adjusted.
  enum Family {
    /// All measures of a run.
    case run
    /// All measures of a method over its seeds, or the comparisons of SPIN with the other methods.
    case method
  }

  static func rule(_ family: Family) -> String {
    let tests =
      switch family {
      case .run: "all tests of the run"
      case .method: "all tests of the method, or of the table that compares SPIN with the others"
      }
    let seeds = family == .method ? "; of several seeds twice the mean of their p-values" : ""
    return "A change counts as shown where its p-value, adjusted for \(tests) (Holm), is below "
      + "\(level); only such changes are marked. Tests are paired, of the same items (rates: McNemar, "
      + "exact; perplexity: resampled windows\(seeds)). A 95% interval is of one change by itself: it says "
      + "how large the change may be and decides nothing. A change of fewer than \(Evidence.minimumCount) "
      + "questions or windows has neither interval nor test. p-values have two digits; windows resampled "
      + "10,000 times give none below 0.0002, which is written < 0.0002."
  }

  /// The reason why a change has no interval: "too few windows", or other items.
  static func tooFew(_ items: String) -> String { "too few \(items)" }
}

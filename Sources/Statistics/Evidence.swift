// SPDX-License-Identifier: Apache-2.0

/// When a change counts as shown: the one rule of every report, table and summary.
///
/// A change is shown where its p-value, adjusted by Holm's method for all tests of its family, is
/// below `level`. A family is what is claimed together: all measures of a run, all measures of a
/// method in a comparison, or all rates by which SPIN is compared with other methods. Fewer than
/// `minimumCount` items have neither an interval of the change nor a test.
///
/// Intervals are of each change by itself, at 95%: they say how large it may be and decide nothing.
/// The converse holds: a change that is shown has an interval without 0, because the exact McNemar
/// test rejects only where Tango's score test does, and the test of window losses rejects where the
/// studentized interval does.
///
/// - Source: Holm 1979; Dror et al. 2017, TACL 5, 471-486, on several data sets and one claim each.
public enum Evidence {
  /// An adjusted p-value below this shows a change.
  public static let level = 0.05

  /// The fewest windows or questions of which an interval and a test are reported.
  ///
  /// Resampled means of fewer windows have ends at infinity or none worth the name, and of fewer than
  /// six changed answers no exact test reaches the level.
  public static let minimumCount = 8

  /// The p-values of a family, adjusted; what has no test has none and does not count.
  public static func adjusted(_ pValues: [Double?]) -> [Double?] {
    var adjusted = HolmCorrection.adjusted(pValues.compactMap(\.self))[...]
    return pValues.map { $0 == nil ? nil : adjusted.popFirst() }
  }

  /// Whether an adjusted p-value shows a change; nil, where there was no test, does not.
  public static func isShown(_ adjustedPValue: Double?) -> Bool {
    adjustedPValue.map { $0 < level } ?? false
  }
}

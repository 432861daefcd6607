// SPDX-License-Identifier: Apache-2.0

/// The p-values of the two directions in which something may have changed.
public struct OneSidedPValues: Sendable, Equatable {
  /// Of a change at least as large upwards, where nothing changes.
  public let increase: Double
  /// Of a change at least as large downwards.
  public let decrease: Double

  /// Two p-values from 0 to 1.
  public init(increase: Double, decrease: Double) {
    self.increase = increase
    self.decrease = decrease
  }

  /// Twice the smaller one, at most 1.
  public var twoSided: Double { min(1, 2 * min(increase, decrease)) }

  /// One p-value for several tests of the same direction that may depend on each other in any way,
  /// such as those of several seeds on the same questions: twice their mean.
  ///
  /// One test is taken as it
  /// is.
  ///
  /// - Precondition: there is at least one.
  /// - Source: Rüschendorf 1982; Vovk and Wang 2020, Biometrika 107, 791-808, proposition 1.
  public static func combined(_ tests: [OneSidedPValues]) -> OneSidedPValues {
    precondition(!tests.isEmpty, "tests is empty")
    guard tests.count > 1 else { return tests[0] }
    func twiceTheMean(_ values: [Double]) -> Double {
      min(1, 2 * values.reduce(0, +) / Double(values.count))
    }
    return OneSidedPValues(
      increase: twiceTheMean(tests.map(\.increase)), decrease: twiceTheMean(tests.map(\.decrease)))
  }
}

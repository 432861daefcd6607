// SPDX-License-Identifier: Apache-2.0

public import SPINStatistics

/// How an edit changes the dependence of a model's representations.
public struct CouplingChange: Sendable, Equatable {
  /// Of the untouched model.
  public let before: CouplingResult
  /// Of the edited one, on the same pairs.
  public let after: CouplingResult

  /// The change of one measure after one block.
  public struct Change: Sendable, Equatable {
    /// After over before, less 1, with the same ratio for each other pairing.
    ///
    /// Where every pairing changes alike, the edit moved the scale or shape of the states and not
    /// what belongs together. Not a number where the measure was 0 before.
    public let relative: PermutationTest
    /// The two-sided p-value, adjusted by Holm's method for the layers of this measure.
    public let adjustedPValue: Double
  }

  /// The changes of each measure, by layer.
  public let changes: [LayerCoupling.Measure: [Change]]

  /// Compares two evaluations of the same pairs.
  public init(before: CouplingResult, after: CouplingResult) {
    precondition(
      before.pairs == after.pairs && before.options == after.options
        && before.layers.count == after.layers.count, "other pairs, options or layers")
    self.before = before
    self.after = after
    func change(_ measure: LayerCoupling.Measure) -> [Change] {
      let tests = zip(before.layers, after.layers).map { before, after in
        PermutationTest(
          value: after[measure].value / before[measure].value - 1,
          permuted: zip(before[measure].permuted, after[measure].permuted).map { $1 / $0 - 1 })
      }
      let adjusted = HolmCorrection.adjusted(tests.map(\.twoSidedPValue))
      return zip(tests, adjusted).map { Change(relative: $0, adjustedPValue: $1) }
    }
    changes = Dictionary(
      uniqueKeysWithValues: LayerCoupling.Measure.allCases.map { ($0, change($0)) })
  }
}

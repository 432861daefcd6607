// SPDX-License-Identifier: Apache-2.0

import SPINStatistics
import SPINTestSupport
import Testing

/// The one rule by which a change counts as shown, and that intervals do not contradict it.
struct EvidenceTests {
  @Test func whatHasNoTestDoesNotCount() {
    // Holm of 0.03 and 0.01: twice the smaller one, then the larger one.
    #expect(Evidence.adjusted([0.03, nil, 0.01]) == [0.03, nil, 0.02])
    #expect(Evidence.adjusted([nil]) == [nil])
    #expect(Evidence.adjusted([]) == [])
    #expect(Evidence.isShown(0.049) && !Evidence.isShown(0.05) && !Evidence.isShown(nil))
  }

  @Test func directionsOfMcNemarAreBinomialTails() {
    // Of three disagreements all go up once in eight cases, at least none always.
    let test = McNemarTest(onlyFirst: 0, onlySecond: 3).oneSided
    #expect(isClose(test.increase, 0.125) && test.decrease == 1)
    #expect(isClose(McNemarTest(onlyFirst: 2, onlySecond: 2).oneSided.increase, 11.0 / 16))
    #expect(McNemarTest(onlyFirst: 0, onlySecond: 0).pValue == 1)
  }

  @Test func severalSeedsAreTwiceTheirMean() {
    let one = OneSidedPValues(increase: 0.01, decrease: 0.99)
    #expect(OneSidedPValues.combined([one]) == one)
    let two = OneSidedPValues.combined([one, OneSidedPValues(increase: 0.03, decrease: 0.97)])
    #expect(isClose(two.increase, 0.04, 1e-12) && two.decrease == 1)
    #expect(isClose(two.twoSided, 0.08, 1e-12))
    // Seeds that go opposite ways show nothing, however small their p-values are.
    let opposite = OneSidedPValues.combined([
      OneSidedPValues(increase: 0, decrease: 1), OneSidedPValues(increase: 1, decrease: 0),
    ])
    #expect(opposite.twoSided == 1)
  }

  /// A change that is shown must not stand beside an interval that holds 0.
  @Test func whatIsShownHasAnIntervalWithoutZero() {
    var shown = 0
    for count in [8, 9, 20, 60, 300] {
      for onlyBefore in 0...min(count, 60) {
        for onlyAfter in stride(
          from: 0, through: min(count - onlyBefore, 90), by: count > 60 ? 3 : 1)
        {
          let test = McNemarTest(onlyFirst: onlyBefore, onlySecond: onlyAfter)
          guard Evidence.isShown(test.pValue) else { continue }
          shown += 1
          let interval = PairedProportionInterval(
            onlyBefore: onlyBefore, onlyAfter: onlyAfter, count: count)
          #expect(interval.lower > 0 || interval.upper < 0, "\(onlyBefore) \(onlyAfter) \(count)")
        }
      }
    }
    #expect(shown > 500)
    var generator = SeededGenerator(seed: 11)
    for count in [8, 12, 40] {
      for _ in 0..<60 {
        let shift = Double.random(in: -1...1, using: &generator)
        let bootstrap = PairedBootstrap(
          differences: (0..<count).map { _ in
            shift + Double.random(in: -2...2, using: &generator)
          }, resamples: 999)
        guard bootstrap.pValues.twoSided < Evidence.level else { continue }
        #expect(bootstrap.lower > 0 || bootstrap.upper < 0)
        #expect((bootstrap.mean > 0) == (bootstrap.pValues.increase < bootstrap.pValues.decrease))
      }
    }
  }

  @Test func fewItemsHaveNoReportedInterval() {
    #expect(PairedProportionInterval(onlyBefore: 0, onlyAfter: 7, count: 7).reported == nil)
    let enough = PairedProportionInterval(onlyBefore: 0, onlyAfter: 7, count: 8)
    #expect(enough.reported?.lower == enough.lower && enough.reported?.upper == enough.upper)
    #expect(PairedBootstrap(differences: [2]).pValues.twoSided == 1)
    #expect(PairedBootstrap(differences: [0, 0, 0]).pValues.twoSided == 1)
  }
}

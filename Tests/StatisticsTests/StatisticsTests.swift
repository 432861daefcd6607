// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINStatistics
import Testing

/// Against SciPy, statsmodels and NumPy.
///
/// Tolerances: a few dozen roundings of double precision; for McNemar the logarithms of factorials
/// of about 1,600 lose four digits.
struct StatisticsFixtureTests {
  private let fixture: StatisticsFixture

  init() throws { fixture = try StatisticsFixture() }

  @Test func quantilesMatchSciPy() {
    let rows = fixture.rows("quantile")
    #expect(rows.count == 10)
    for row in rows where row[0] != 0.5 {
      #expect(isClose(NormalDistribution.quantile(row[0]), row[1], 1e-12), "\(row)")
    }
    #expect(abs(NormalDistribution.quantile(0.5)) < 1e-15)
  }

  @Test func probabilitiesMatchSciPy() {
    let rows = fixture.rows("cumulative")
    #expect(rows.count == 9)
    // Far out a probability changes with the square of x: a rounding of 37 counts 1,400 times.
    for row in rows {
      #expect(isClose(NormalDistribution.cumulative(row[0]), row[1], 1e-12), "\(row)")
    }
  }

  @Test func wilsonIntervalsMatchStatsmodels() {
    let rows = fixture.rows("wilson")
    #expect(rows.count == 21)
    for row in rows {
      let found = ProportionInterval.wilson(
        successes: Int(row[0]), count: Int(row[1]), level: row[2])
      #expect(abs(found.lower - row[3]) < 1e-13 && abs(found.upper - row[4]) < 1e-13, "\(row)")
    }
    let unknown = ProportionInterval.wilson(successes: 0, count: 0)
    #expect(unknown.lower == 0 && unknown.upper == 1)
  }

  @Test func exactMcNemarMatchesStatsmodels() {
    let rows = fixture.rows("mcnemar")
    #expect(rows.count == 7)
    for row in rows {
      let test = McNemarTest(onlyFirst: Int(row[0]), onlySecond: Int(row[1]))
      #expect(isClose(test.pValue, row[2], 1e-11), "\(row): \(test.pValue)")
    }
  }

  @Test func holmMatchesStatsmodels() {
    let cases = fixture.cases("holm").map { StatisticsFixture.rows($0) }
    #expect(cases.count == 4)
    for lists in cases {
      for (found, expected) in zip(HolmCorrection.adjusted(lists[0]), lists[1]) {
        #expect(isClose(found, expected), "\(lists)")
      }
    }
    #expect(HolmCorrection.adjusted([]) == [])
  }

  /// The script maximizes the constrained likelihood numerically, to about 1e-9.
  @Test func pairedProportionsMatchTangosDefinition() {
    let rows = fixture.rows("tango")
    #expect(rows.count == 16)
    for row in rows {
      let (b, c, n) = (Int(row[0]), Int(row[1]), Int(row[2]))
      let found = PairedProportionInterval(
        onlyBefore: b, onlyAfter: c, count: n, level: row[3])
      #expect(abs(found.lower - row[4]) < 1e-8 && abs(found.upper - row[5]) < 1e-8, "\(row)")
      #expect(found.mean == (row[1] - row[0]) / row[2])
      // Exchanging before and after turns the interval around, to the bit.
      let turned = PairedProportionInterval(
        onlyBefore: c, onlyAfter: b, count: n, level: row[3])
      #expect(turned.lower == -found.upper && turned.upper == -found.lower)
    }
    // Without any change the end is z^2 / (n + z^2): the interval does not collapse.
    let none = PairedProportionInterval(onlyBefore: 0, onlyAfter: 0, count: 100)
    let z2 = 3.841_458_820_694_124
    #expect(none.mean == 0 && isClose(none.upper, z2 / (100 + z2), 1e-12))
    let all = PairedProportionInterval(onlyBefore: 0, onlyAfter: 1, count: 1)
    #expect(all.mean == 1 && all.upper == 1 && all.lower < 0)
  }

  @Test func studentizedBootstrapsMatchNumPy() throws {
    let cases = fixture.cases("bootstrap").compactMap(\.object)
    #expect(cases.count == 3)
    for object in cases {
      let seed: Int = try object.required("seed")
      let found = PairedBootstrap(
        differences: StatisticsFixture.numbers(object["differences"]),
        level: try object.required("level"), resamples: 400, seed: UInt64(seed))
      let expected = StatisticsFixture.numbers(object["interval"])
      #expect(isClose(found.lower, expected[0], 1e-12), "\(object)")
      #expect(isClose(found.upper, expected[1], 1e-12), "\(object)")
    }
  }

  @Test func theBootstrapIsTheSeedsAlone() {
    let differences = (0..<50).map { Double($0 % 7) - 2 }
    let first = PairedBootstrap(differences: differences, resamples: 500, seed: 1)
    #expect(first == PairedBootstrap(differences: differences, resamples: 500, seed: 1))
    #expect(first != PairedBootstrap(differences: differences, resamples: 500, seed: 2))
    #expect(first.lower < first.mean && first.mean < first.upper)
  }

  @Test func tooFewItemsSayThatTheySayNothing() {
    let one = PairedBootstrap(differences: [2])
    #expect(one.mean == 2 && one.lower == -.infinity && one.upper == .infinity)
    // A quarter of the resamples of two items is the smaller one alone, a quarter the larger.
    let two = PairedBootstrap(differences: [1, 2])
    #expect(two.mean == 1.5 && two.lower == -.infinity && two.upper == .infinity)
    let constant = PairedBootstrap(differences: [0.1, 0.1, 0.1], resamples: 10)
    #expect(constant.lower == constant.mean && constant.upper == constant.mean)
  }
}

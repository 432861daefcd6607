// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINStatistics
import SPINStorage
import SPINTestSupport
import Testing

/// Against SciPy and statsmodels.
///
/// Tolerances: a few dozen roundings of double precision; for McNemar the logarithms of factorials
/// of about 1,600 lose four digits.
struct StatisticsFixtureTests {
  private let fixture: JSONObject

  init() throws {
    let path = Fixture.root + "/statistics.json"
    fixture = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
  }

  private func rows(_ name: String) -> [[Double]] {
    (fixture[name]?.array ?? []).map { ($0.array ?? []).compactMap { Double(json: $0) } }
  }

  private func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-13) -> Bool {
    abs(a - b) <= tolerance * max(abs(a), abs(b))
  }

  @Test func quantilesMatchSciPy() {
    let rows = rows("quantile")
    #expect(rows.count == 10)
    for row in rows where row[0] != 0.5 {
      #expect(isClose(NormalDistribution.quantile(row[0]), row[1], 1e-12), "\(row)")
    }
    #expect(abs(NormalDistribution.quantile(0.5)) < 1e-15)
  }

  @Test func wilsonIntervalsMatchStatsmodels() {
    let rows = rows("wilson")
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
    let rows = rows("mcnemar")
    #expect(rows.count == 7)
    for row in rows {
      let test = McNemarTest(onlyFirst: Int(row[0]), onlySecond: Int(row[1]))
      #expect(isClose(test.pValue, row[2], 1e-11), "\(row): \(test.pValue)")
    }
  }

  @Test func holmMatchesStatsmodels() {
    let (values, expected) = (rows("holm")[0], rows("holm")[1])
    for (found, expected) in zip(HolmCorrection.adjusted(values), expected) {
      #expect(isClose(found, expected))
    }
    #expect(HolmCorrection.adjusted([]) == [])
  }
}

/// Intervals cover what they say they cover.
struct CoverageTests {
  /// The exact coverage of Wilson's interval, averaged over shares, stays near its level.
  ///
  /// A single share may lie off by a few percent (Brown, Cai, DasGupta 2001, figure 5): 0.915 is
  /// below what they show for n from 20 on.
  @Test(arguments: [20, 50, 657]) func wilsonCoversItsLevel(count: Int) {
    let intervals = (0...count).map { ProportionInterval.wilson(successes: $0, count: count) }
    var sum = 0.0
    let shares = (1...99).map { Double($0) / 100 }
    for share in shares {
      // Binomial probabilities by their recurrence, from the mode outwards via logarithms.
      var coverage = 0.0
      var logProbability = Double(count) * log(1 - share)
      for successes in 0...count {
        let interval = intervals[successes]
        if interval.lower <= share, share <= interval.upper {
          coverage += exp(logProbability)
        }
        if successes < count {
          logProbability +=
            log(Double(count - successes) / Double(successes + 1))
            + log(share / (1 - share))
        }
      }
      #expect(coverage > 0.83, "share \(share)")
      sum += coverage
    }
    #expect(abs(sum / Double(shares.count) - 0.95) < 0.01)
  }

  @Test func theBootstrapCoversTheMean() {
    // 300 samples of 60 differences with mean 0.3: percentile intervals cover a little less than
    // their level; 0.90 is four standard deviations below 0.945.
    var random = SeededGenerator(seed: 4)
    var covered = 0
    for seed in 0..<300 {
      let differences = (0..<60).map { _ in
        Double(random.nextFloat() + random.nextFloat() + random.nextFloat()) + 0.3
      }
      let interval = PairedBootstrap(
        differences: differences, resamples: 400, seed: UInt64(seed))
      #expect(interval.lower <= interval.mean && interval.mean <= interval.upper)
      if interval.lower <= 0.3, 0.3 <= interval.upper { covered += 1 }
    }
    #expect(covered > 270 && covered < 298, "\(covered)")
  }

  @Test func theBootstrapIsTheSeedsAlone() {
    let differences = (0..<50).map { Double($0 % 7) - 2 }
    let first = PairedBootstrap(differences: differences, resamples: 500, seed: 1)
    #expect(first == PairedBootstrap(differences: differences, resamples: 500, seed: 1))
    #expect(first != PairedBootstrap(differences: differences, resamples: 500, seed: 2))
    let constant = PairedBootstrap(differences: [2, 2, 2], resamples: 10)
    #expect(constant.lower == 2 && constant.upper == 2)
  }
}

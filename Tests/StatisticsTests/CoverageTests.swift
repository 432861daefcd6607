// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINStatistics
import SPINTestSupport
import Testing

/// Intervals cover what they say they cover, and tests reject as rarely as they say.
struct CoverageTests {
  /// The exact coverage of Wilson's interval over a grid of shares.
  ///
  /// A single share may lie off, most where so few successes are expected that one more or less
  /// decides (Brown, Cai, DasGupta 2001, figure 5: down to 0.83 near 0 and 1); the mean may not.
  @Test(arguments: [5, 10, 20, 50, 100, 657, 2165]) func wilsonCoversItsLevel(count: Int) {
    let intervals = (0...count).map { ProportionInterval.wilson(successes: $0, count: count) }
    let shares = [0.001, 0.003, 0.997, 0.999] + (1...99).map { Double($0) / 100 }
    let coverages = shares.map { share in
      zip(binomial(count, share), intervals).reduce(0) { sum, item in
        item.1.lower <= share && share <= item.1.upper ? sum + item.0 : sum
      }
    }
    for (share, coverage) in zip(shares, coverages) {
      #expect(coverage > (0.2...0.8 ~= share ? 0.9 : 0.83), "share \(share)")
    }
    let mean = coverages.reduce(0, +) / Double(coverages.count)
    #expect(abs(mean - 0.95) < 0.01, "mean \(mean)")
  }

  /// The exact coverage of the interval for paired shares, over all outcomes.
  ///
  /// For few changes it covers more than its level, and never less by what can be seen: percentiles of resampled
  /// means cover 0.42 of the first case and 0.76 of its like with 50 items.
  @Test(arguments: [
    (20, 0.02, 0.03), (20, 0.1, 0.25), (50, 0.02, 0.03), (50, 0.005, 0.005), (50, 0.05, 0.1),
    (100, 0.02, 0.03), (100, 0.1, 0.25), (100, 0.3, 0.3), (300, 0.005, 0.01), (300, 0.05, 0.1),
  ])
  func pairedSharesCoverTheirLevel(count: Int, before: Double, after: Double) {
    var coverage = 0.0
    // Changed items, and how many of them changed for the better.
    for (changed, probability) in binomial(count, before + after).enumerated()
    where probability > 1e-12 {
      for (better, part) in binomial(changed, after / (before + after)).enumerated()
      where part > 1e-12 {
        let interval = PairedProportionInterval(
          onlyBefore: changed - better, onlyAfter: better, count: count)
        if interval.lower <= after - before, after - before <= interval.upper {
          coverage += probability * part
        }
      }
    }
    #expect(coverage > 0.949 && coverage < 1 + 1e-9, "\(coverage)")
  }

  /// Differences as those of window losses are: skewed (0.9) with heavy tails (excess 1.2).
  ///
  /// Four standard deviations of 1,000 trials are 0.028. Percentile intervals cover 0.82, 0.88 and
  /// 0.91 of the first three sizes and would fail.
  @Test(arguments: [5, 10, 20, 40, 160]) func theBootstrapCoversMeansOfWindows(count: Int) {
    var random = SeededGenerator(seed: UInt64(count))
    let trials = 1000
    var covered = 0
    for seed in 0..<trials {
      let differences = (0..<count).map { _ in 0.3 + skewed(&random) }
      let interval = PairedBootstrap(
        differences: differences, resamples: 400, seed: UInt64(seed))
      if interval.lower <= 0.3, 0.3 <= interval.upper { covered += 1 }
    }
    #expect(abs(Double(covered) / Double(trials) - 0.95) < 0.028, "\(covered)")
  }

  /// Of discordant pairs that fall either way alike, 5% at most are called different.
  @Test func mcNemarRejectsAsRarelyAsItSays() {
    for changed in 0...300 {
      let rejected = binomial(changed, 0.5).enumerated().reduce(0.0) { sum, item in
        let p = McNemarTest(onlyFirst: item.offset, onlySecond: changed - item.offset).pValue
        return p <= 0.05 ? sum + item.element : sum
      }
      #expect(rejected <= 0.05 + 1e-12, "\(changed): \(rejected)")
    }
  }

  /// Among 12 tests of nothing, one false alarm in twenty families; unadjusted it would be 0.46.
  @Test func holmKeepsFalseAlarmsOfAFamilyRare() {
    var random = SeededGenerator(seed: 9)
    let families = 4000
    let alarms = (0..<families).count { _ in
      let values = (0..<12).map { _ in Double.random(in: 0..<1, using: &random) }
      return HolmCorrection.adjusted(values).contains { $0 <= 0.05 }
    }
    // Four standard deviations of 4,000 families: 0.014.
    #expect(abs(Double(alarms) / Double(families) - 0.05) < 0.014, "\(alarms)")
  }

  /// Where there is nothing to find, p-values of permutations are as small as chance makes them.
  @Test func permutationTestsRejectAsRarelyAsTheySay() {
    var random = SeededGenerator(seed: 2)
    func vectors() -> SymmetricMatrix {
      VectorSample((0..<14).map { _ in doubles(random.floats(3)) }).squaredDistances
    }
    let trials = 1000
    let rejected = (0..<trials).count { _ in
      let measure = Dependence.hsic(vectors(), vectors(), sigma: 1)
      let pairings = (0..<39).map { _ in (0..<14).shuffled(using: &random) }
      return PermutationTest(measure, pairings: pairings).pValue <= 0.1
    }
    // 0.1 is exact for 39 permutations: four standard deviations of 1,000 trials are 0.038.
    #expect(abs(Double(rejected) / Double(trials) - 0.1) < 0.038, "\(rejected)")
  }

  /// A gamma variable of shape 5 less its mean.
  private func skewed(_ random: inout SeededGenerator) -> Double {
    let sum = (0..<5).reduce(0.0) { sum, _ in
      sum - log(Double.random(in: Double.leastNonzeroMagnitude...1, using: &random))
    }
    return (sum - 5) / 20
  }

  /// Probabilities of 0...count successes, by logarithms.
  private func binomial(_ count: Int, _ share: Double) -> [Double] {
    var logarithm = Double(count) * log(1 - share)
    return (0...count).map { successes in
      defer {
        logarithm +=
          log(Double(count - successes) / Double(successes + 1)) + log(share / (1 - share))
      }
      return exp(logarithm)
    }
  }
}

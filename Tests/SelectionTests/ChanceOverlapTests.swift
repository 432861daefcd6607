// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINSelection
import Testing

@Suite struct ChanceOverlapTests {
  /// Exact fractions of binomial coefficients (Python's `Fraction` and `math.comb`).
  ///
  /// `scipy.stats.hypergeom.sf(count - 1, size, first, second)` of scipy 1.17.1 agrees to 9e-9.
  @Test(arguments: [
    (100, 10, 20, 3, 0.31877993618231115),
    (50863, 50, 50, 1, 0.048008841654869044),
    (4358144, 2, 2, 1, 9.178217931965868e-07),
    (45088768, 22, 22, 1, 1.0734328182930334e-05),
    (45088768, 22, 22, 5, 4.465507682056155e-28),
    (60, 30, 30, 15, 0.6017271810907903),
    (60, 30, 30, 22, 0.00032786533889498596),
    (11008, 11, 11, 2, 4.968743504397716e-05),
    (1048576, 1048, 1048, 10, 1.5837012321763167e-07),
    (67895296, 33, 33, 33, 3.075951087699046e-222),
    (5000, 900, 40, 12, 0.043922004235252256),
  ])
  func probabilitiesEqualExactFractions(
    size: Int, first: Int, second: Int, count: Int, probability: Double
  ) {
    let chance = ChanceOverlap(size: size, first: first, second: second)
    let found = chance.probability(ofAtLeast: count)
    #expect(abs(found - probability) <= 1e-11 * probability)
    let exchanged = ChanceOverlap(size: size, first: second, second: first)
    #expect(abs(exchanged.probability(ofAtLeast: count) - probability) <= 1e-11 * probability)
  }

  /// C(n, k) from Pascal's triangle, every size up to 14, every pair of sets, every overlap.
  @Test func probabilitiesEqualThoseByCounting() {
    var pascal = [[1.0]]
    for n in 1...14 {
      pascal.append(
        (0...n).map { k in
          (k > 0 ? pascal[n - 1][k - 1] : 0) + (k < n ? pascal[n - 1][k] : 0)
        })
    }
    func choose(_ n: Int, _ k: Int) -> Double { k < 0 || k > n ? 0 : pascal[n][k] }
    for n in 0...14 {
      for a in 0...n {
        for b in 0...n {
          let chance = ChanceOverlap(size: n, first: a, second: b)
          for count in 0...(n + 1) {
            let tail = (count..<(n + 2)).reduce(0.0) { sum, k in
              sum + choose(a, k) * choose(n - a, b - k)
            }
            let expected = tail / choose(n, b)
            #expect(abs(chance.probability(ofAtLeast: count) - expected) < 1e-12)
          }
        }
      }
    }
  }

  @Test func theExpectedOverlapIsTheProductOfTheShares() {
    #expect(ChanceOverlap(size: 1000, first: 10, second: 20).expected == 0.2)
    #expect(ChanceOverlap(size: 0, first: 0, second: 0).expected == 0)
  }

  @Test func largeSetsNearTheMeanNeitherUnderflowNorExceedOne() {
    let chance = ChanceOverlap(size: 10_000_000, first: 1_000_000, second: 1_000_000)
    #expect(chance.probability(ofAtLeast: 1) == 1)
    #expect(abs(chance.probability(ofAtLeast: 100_000) - 0.5) < 1e-2)
    #expect(chance.probability(ofAtLeast: 1_000_000) == 0)
  }
}

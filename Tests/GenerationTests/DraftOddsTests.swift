// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SPINGeneration

struct DraftOddsTests {
  private func odds(right: Int, wrong: Int) -> DraftOdds {
    var odds = DraftOdds()
    for agreement in 0..<20 {
      for _ in 0..<right { odds.learn(agreement, true) }
      for _ in 0..<wrong { odds.learn(agreement, false) }
    }
    return odds
  }

  /// The chance of the third token is that of three in a row.
  @Test func chancesMultiply() {
    let chances = odds(right: 0, wrong: 0).chances(after: 0, 3)
    #expect(chances == [0.75, 0.75 * 0.75, 0.75 * 0.75 * 0.75])
    #expect(odds(right: 1000, wrong: 0).chances(after: 5, 15).allSatisfy { $0 > 0.97 })
    #expect(odds(right: 0, wrong: 1000).chances(after: 0, 1)[0] < 0.01)
  }

  /// What mostly is right is computed as far as there is room, what mostly is wrong only where it costs little.
  @Test func lengthsFollowTheChances() {
    let right = odds(right: 1000, wrong: 0)
    #expect(right.lengths([(0, 15)], rowCount: 64) == [15])
    #expect(right.lengths([(0, 15), (0, 2), (0, 0)], rowCount: 64) == [15, 2, 0])
    let full = right.lengths(Array(repeating: (0, 15), count: 16), rowCount: 64)
    #expect(full.reduce(0, +) == 48 && full.allSatisfy { $0 > 0 })
    #expect(right.lengths([(0, 15), (0, 15)], rowCount: 2) == [0, 0])
    let wrong = odds(right: 100, wrong: 300)
    #expect(wrong.lengths([(0, 15)], rowCount: 64) == [1])
    #expect(
      wrong.lengths(Array(repeating: (0, 15), count: 16), rowCount: 64)
        == Array(repeating: 0, count: 16))
    #expect(DraftOdds().lengths([], rowCount: 64) == [])
  }
}

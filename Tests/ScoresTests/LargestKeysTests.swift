// SPDX-License-Identifier: Apache-2.0

import SPINTestSupport
import Testing

@testable import SPINScores

struct LargestKeysTests {
  /// Random, sorted both ways, organ pipes, and saw teeth: the front holds what a sort puts there.
  @Test(arguments: [1, 2, 3, 10, 1000, 4097])
  func theFrontIsThatOfASort(_ size: Int) {
    var generator = SeededGenerator(seed: UInt64(size))
    let ascending = (0..<size).map { UInt64($0) * 3 }
    let shapes: [[UInt64]] = [
      ascending, ascending.reversed(), ascending.shuffled(using: &generator),
      ascending.filter { $0 % 2 == 0 } + ascending.filter { $0 % 2 == 1 }.reversed(),
      (0..<size).map { UInt64($0 % 7) << 32 | UInt64($0) },
    ]
    for keys in shapes {
      for count in Set([1, (size + 1) / 2, max(1, size - 1), size]) {
        var found = keys
        LargestKeys.moveToFront(count, of: &found)
        #expect(Set(found.prefix(count)) == Set(keys.sorted(by: >).prefix(count)))
        #expect(found.sorted() == keys.sorted())
      }
    }
  }

  /// A sequence that makes the median of three the second smallest of what is left, again and again.
  ///
  /// - Source: Musser 1997, Introspective Sorting and Selection Algorithms, section 2.
  @Test func anAdversaryGainsNothing() {
    let half = 200_000
    var keys = [UInt64](repeating: 0, count: 2 * half)
    for place in 1...half {
      if place % 2 == 1 {
        keys[place - 1] = UInt64(place)
        keys[place] = UInt64(half + place)
      }
      keys[half + place - 1] = UInt64(2 * place)
    }
    var found = keys
    let time = ContinuousClock().measure { LargestKeys.moveToFront(half, of: &found) }
    #expect(Set(found.prefix(half)) == Set(keys.sorted(by: >).prefix(half)))
    // Without a bound it takes a minute.
    #expect(time < .seconds(5))
  }
}

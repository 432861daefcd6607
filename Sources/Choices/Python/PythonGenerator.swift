// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINEvaluation

/// Python's `random.Random(seed)`: shuffles and samples in the same order.
///
/// lm-eval shuffles the choices of GPQA and draws examples with it. Numbers below a bound come from
/// the upper bits of a draw, repeated until one is small enough.
///
/// - Source: CPython, `Lib/random.py` (`shuffle`, `sample`, `_randbelow_with_getrandbits`).
package struct PythonGenerator {
  private var twister: MersenneTwister

  /// The same as `random.Random(seed)`.
  package init(seed: UInt64) {
    let words = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    twister = MersenneTwister(key: words[1] == 0 ? [words[0]] : words)
  }

  /// `getrandbits(count)` for up to 32 bits.
  package mutating func bits(_ count: Int) -> UInt32 {
    precondition((1...32).contains(count), "count outside 1...32")
    return twister.next() >> UInt32(32 - count)
  }

  /// A number from 0 up to, not including, a bound.
  mutating func index(below bound: Int) -> Int {
    precondition((1...Int(UInt32.max)).contains(bound), "bound outside 32 bits")
    let width = Int.bitWidth - bound.leadingZeroBitCount
    while true {
      let draw = Int(bits(width))
      if draw < bound { return draw }
    }
  }

  /// `shuffle`.
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, index(below: last + 1))
    }
  }

  /// `sample(range(count), size)`: which elements of a list of `count` are drawn, in their order.
  package mutating func sample(_ size: Int, of count: Int) -> [Int] {
    precondition(size >= 0 && size <= count, "a larger sample than there are elements")
    var poolLimit = 21
    if size > 5 { poolLimit += 1 << (2 * Int((log(Double(size * 3)) / log(4)).rounded(.up))) }
    if count <= poolLimit {
      var pool = Array(0..<count)
      return (0..<size).map { drawn in
        let place = index(below: count - drawn)
        let element = pool[place]
        pool[place] = pool[count - drawn - 1]
        return element
      }
    }
    var seen: Set<Int> = []
    return (0..<size).map { _ in
      while true {
        let element = index(below: count)
        if seen.insert(element).inserted { return element }
      }
    }
  }
}

/// MT19937.
///
/// - Source: Matsumoto and Nishimura 1998, with the initialization by array of 2002.
struct MersenneTwister {
  private static let count = 624
  private var state: [UInt32]
  private var position = count

  /// The generator that an array of words seeds.
  init(key: [UInt32]) {
    precondition(!key.isEmpty, "key is empty")
    state = [19_650_218]
    for index in 1..<Self.count {
      state.append(1_812_433_253 &* (state[index - 1] ^ state[index - 1] >> 30) &+ UInt32(index))
    }
    var (place, word) = (1, 0)
    func mixed(_ place: Int, _ factor: UInt32) -> UInt32 {
      state[place] ^ ((state[place - 1] ^ state[place - 1] >> 30) &* factor)
    }
    func advance() {
      place += 1
      if place == Self.count {
        state[0] = state[Self.count - 1]
        place = 1
      }
    }
    for _ in 0..<max(Self.count, key.count) {
      state[place] = mixed(place, 1_664_525) &+ key[word] &+ UInt32(word)
      advance()
      word = (word + 1) % key.count
    }
    for _ in 1..<Self.count {
      state[place] = mixed(place, 1_566_083_941) &- UInt32(place)
      advance()
    }
    state[0] = 0x8000_0000
  }

  /// The next 32 bits.
  mutating func next() -> UInt32 {
    if position == Self.count { refill() }
    var word = state[position]
    position += 1
    word ^= word >> 11
    word ^= word << 7 & 0x9D2C_5680
    word ^= word << 15 & 0xEFC6_0000
    return word ^ word >> 18
  }

  private mutating func refill() {
    for index in 0..<Self.count {
      let high = state[index] & 0x8000_0000
      let low = state[(index + 1) % Self.count] & 0x7FFF_FFFF
      let word = high | low
      state[index] =
        state[(index + 397) % Self.count] ^ word >> 1 ^ (word & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    position = 0
  }
}

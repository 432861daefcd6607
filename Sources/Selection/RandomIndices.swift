// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Draws weights of a matrix at random, for the control rule.
///
/// The draw depends on the seed, the name of the matrix, its size and the excluded weights, and on
/// nothing else: leaving out other layers does not change it. The generator is `SplitMix64`, begun at the seed plus the
/// 64-bit FNV-1a hash of the matrix's name.
struct RandomIndices {
  private var generator: SplitMix64

  init(seed: UInt64, tensor: String) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in tensor.utf8 {
      hash ^= UInt64(byte)
      hash &*= 0x0000_0100_0000_01B3
    }
    generator = SplitMix64(seed: seed &+ hash)
  }

  /// `count` different numbers below `size` that are not in `excluded`, ascending; every such set
  /// is equally likely.
  ///
  /// - Precondition: `excluded` is ascending, and enough numbers are left.
  mutating func draw(_ count: Int, below size: Int, excluding excluded: [Int]) -> [Int] {
    let available = size - excluded.count
    precondition(count <= available, "not enough weights are left")
    // Floyd's algorithm (Bentley and Floyd 1987, "A Sample of Brilliance"): exactly `count` draws.
    var ranks: Set<Int> = []
    for last in (available - count)..<available {
      let rank = number(upTo: last)
      if !ranks.insert(rank).inserted { ranks.insert(last) }
    }
    return ranks.sorted().map { Self.index(ofRank: $0, excluding: excluded) }
  }

  /// The number that has `rank` numbers below it, not counting the excluded ones.
  private static func index(ofRank rank: Int, excluding excluded: [Int]) -> Int {
    // excluded[i] - i numbers below excluded[i] are allowed, which does not fall as i rises.
    var low = 0
    var high = excluded.count
    while low < high {
      let middle = (low + high) / 2
      if excluded[middle] - middle <= rank { low = middle + 1 } else { high = middle }
    }
    return rank + low
  }

  /// A number from 0 through `limit`: masked draws, repeated until one is small enough.
  private mutating func number(upTo limit: Int) -> Int {
    let mask = limit == 0 ? 0 : UInt64.max >> UInt64(UInt64(limit).leadingZeroBitCount)
    while true {
      let draw = generator.next() & mask
      if draw <= UInt64(limit) { return Int(draw) }
    }
  }
}

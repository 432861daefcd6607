// SPDX-License-Identifier: Apache-2.0

/// Draws of SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed everywhere.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A number from 0 to below `count`.
  mutating func index(below count: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    // The upper half of the product: a bias of 2^-64 of the count, far below what is seen.
    return Int((z ^ (z >> 31)).multipliedFullWidth(by: UInt64(count)).high)
  }
}

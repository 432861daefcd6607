// SPDX-License-Identifier: Apache-2.0

/// What each pair of neighboring tokens merges into, and how early.
struct MergeTable: Sendable {
  /// The most merges that a file may list.
  static let maximumCount = 1 << 21

  /// The outcome for one pair.
  struct Merge: Sendable {
    /// Merges of a lower rank come first; `noRank` where the pair does not merge.
    let rank: UInt32
    /// The token that results.
    let id: Int32
  }

  static let noRank = UInt32.max

  private struct Slot {
    var pair: UInt64
    var merge: Merge
  }

  private var slots: [Slot]
  private let shift: UInt64
  private(set) var count = 0

  private static let emptyPair = UInt64.max
  private static let none = Merge(rank: noRank, id: -1)

  /// An empty table with room for `capacity` merges.
  init(capacity: Int) {
    var bits: UInt64 = 4
    while 1 << bits < 2 * capacity { bits += 1 }
    shift = 64 - bits
    slots = Array(repeating: Slot(pair: Self.emptyPair, merge: Self.none), count: 1 << bits)
  }

  /// Adds a merge; of two for one pair the last counts, as in the `tokenizers` package.
  ///
  /// - Precondition: fewer merges than the capacity were added.
  mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
    let pair = Self.pair(left, right)
    var slot = first(pair)
    while slots[slot].pair != Self.emptyPair, slots[slot].pair != pair {
      slot = (slot + 1) & (slots.count - 1)
    }
    if slots[slot].pair == Self.emptyPair { count += 1 }
    slots[slot] = Slot(pair: pair, merge: merge)
  }

  /// What the pair merges into; rank `noRank` where it does not.
  @inline(__always)
  func merge(_ left: Int32, _ right: Int32) -> Merge {
    let pair = Self.pair(left, right)
    var slot = first(pair)
    while true {
      let found = slots[slot]
      if found.pair == pair { return found.merge }
      if found.pair == Self.emptyPair { return Self.none }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  @inline(__always)
  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private func first(_ pair: UInt64) -> Int {
    let mixed = (pair ^ pair >> 29) &* 0x9E37_79B9_7F4A_7C15
    let spread = (mixed ^ mixed >> 32) &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: spread >> shift)
  }
}

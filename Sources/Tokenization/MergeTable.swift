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

  /// A slot is a pair of ids of 21 bits each, above the index of its result.
  ///
  /// Nearly all look-ups find nothing, so that the table is kept small and what is found apart.
  private var slots: [UInt64]
  private var merges: [Merge] = []
  private let shift: UInt64
  /// The number of pairs.
  private(set) var count = 0

  private static let emptySlot = UInt64.max
  private static let none = Merge(rank: noRank, id: -1)
  private static let placeBits: UInt64 = 21
  private static let placeMask: UInt64 = 1 << placeBits - 1

  /// An empty table with capacity for `capacity` merges.
  init(capacity: Int) {
    var bits: UInt64 = 4
    while 1 << bits < capacity + capacity / 2 { bits += 1 }
    shift = 64 - bits
    slots = Array(repeating: Self.emptySlot, count: 1 << bits)
    merges.reserveCapacity(capacity)
  }

  /// Adds a merge; of two for one pair the last counts, as in the `tokenizers` package.
  ///
  /// - Precondition: fewer merges than the capacity, and than `maximumCount`, were added.
  mutating func append(_ left: Int32, _ right: Int32, _ merge: Merge) {
    let pair = Self.pair(left, right)
    var slot = first(pair)
    while slots[slot] != Self.emptySlot, slots[slot] >> Self.placeBits != pair {
      slot = (slot + 1) & (slots.count - 1)
    }
    if slots[slot] == Self.emptySlot { count += 1 }
    slots[slot] = pair << Self.placeBits | UInt64(merges.count)
    merges.append(merge)
  }

  /// What the pair merges into; rank `noRank` where it does not.
  @inline(__always)
  func merge(_ left: Int32, _ right: Int32) -> Merge {
    let pair = Self.pair(left, right)
    var slot = first(pair)
    while true {
      let found = slots[slot]
      if found == Self.emptySlot { return Self.none }
      if found >> Self.placeBits == pair { return merges[Int(found & Self.placeMask)] }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  @inline(__always)
  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << placeBits | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private func first(_ pair: UInt64) -> Int {
    let mixed = (pair ^ pair >> 29) &* 0x9E37_79B9_7F4A_7C15
    let spread = (mixed ^ mixed >> 32) &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: spread >> shift)
  }
}

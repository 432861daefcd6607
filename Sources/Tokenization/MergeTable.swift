// SPDX-License-Identifier: Apache-2.0

/// The result and the rank of the merge of each pair of tokens.
struct MergeTable: Sendable {
  /// The maximum number of merges in a file.
  static let maximumCount = 1 << 21

  /// The merge of one pair.
  struct Merge: Sendable {
    /// The rank; lower ranks merge first, and `noRank` means that the pair does not merge.
    let rank: UInt32
    /// The id of the resulting token; -1 if the pair does not merge.
    let id: Int32
  }

  static let noRank = UInt32.max

  /// The hash table: a slot has a pair of ids of 21 bits each above the index of its merge.
  ///
  /// Nearly all lookups fail, so the slots are kept small and the merges are stored separately.
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

  /// Adds a merge; the last merge of a pair counts, as in the `tokenizers` package.
  ///
  /// - Precondition: Fewer merges than the capacity and than `maximumCount` have been added.
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

  /// The merge of a pair; its rank is `noRank` if the pair does not merge.
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

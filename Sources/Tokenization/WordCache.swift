// SPDX-License-Identifier: Apache-2.0

/// A cache of the ids of words, for text in which words repeat.
///
/// Its size is bounded: when it is full, it is emptied. It never changes a result.
struct WordCache {
  /// The length in bytes up to which words are cached; longer ones are not worth a slot.
  static let maximumWordLength = 64
  private static let slotCount = 1 << 16
  private static let maximumCount = slotCount / 2

  private struct Slot {
    /// The upper half of the word's hash; if the slot is free, `wordLength` is 0.
    var tag: UInt32 = 0
    var wordStart: UInt32 = 0
    var idsStart: UInt32 = 0
    var wordLength: UInt16 = 0
    var idCount: UInt16 = 0
  }

  private var slots: [Slot] = []
  private var words: [UInt8] = []
  private var ids: [Int32] = []
  private var count = 0
  private let seed = UInt64.random(in: 0...UInt64.max)

  /// A free slot in the table, valid until the next `insert`.
  struct Place {
    fileprivate let slot: Int
    fileprivate let tag: UInt32
  }

  /// Appends the ids of a word and returns nil, or returns the slot for it if it is not in the
  /// cache.
  mutating func appendIDs(
    of text: Span<UInt8>, _ word: Range<Int>, to output: inout [Int32]
  ) -> Place? {
    if slots.isEmpty { slots = Array(repeating: Slot(), count: Self.slotCount) }
    let hash = hashBytes(text, word, seed: seed)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var index = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while slots[index].wordLength != 0 {
      let slot = slots[index]
      if slot.tag == tag, Int(slot.wordLength) == word.count, holds(slot, text, word) {
        let start = Int(slot.idsStart)
        if slot.idCount == 1 {
          output.append(ids[start])
        } else {
          output.append(contentsOf: ids[start..<start + Int(slot.idCount)])
        }
        return nil
      }
      index = (index + 1) & (Self.slotCount - 1)
    }
    return Place(slot: index, tag: tag)
  }

  /// Adds a word of 1 to `maximumWordLength` bytes with its ids.
  mutating func insert(
    _ text: Span<UInt8>, _ word: Range<Int>, ids wordIDs: ArraySlice<Int32>, at place: Place
  ) {
    var index = place.slot
    if count == Self.maximumCount {
      self = WordCache()
      slots = Array(repeating: Slot(), count: Self.slotCount)
      // The new table has another seed, so the slot must be computed again.
      let hash = hashBytes(text, word, seed: seed)
      index = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
      store(text, word, wordIDs, index, UInt32(truncatingIfNeeded: hash >> 32))
    } else {
      store(text, word, wordIDs, index, place.tag)
    }
  }

  private mutating func store(
    _ text: Span<UInt8>, _ word: Range<Int>, _ wordIDs: ArraySlice<Int32>, _ index: Int,
    _ tag: UInt32
  ) {
    slots[index] = Slot(
      tag: tag, wordStart: UInt32(words.count), idsStart: UInt32(ids.count),
      wordLength: UInt16(word.count), idCount: UInt16(wordIDs.count))
    for position in word { words.append(text[position]) }
    ids.append(contentsOf: wordIDs)
    count += 1
  }

  @inline(__always)
  private func holds(_ slot: Slot, _ text: Span<UInt8>, _ word: Range<Int>) -> Bool {
    var own = Int(slot.wordStart)
    for index in word {
      if words[own] != text[index] { return false }
      own += 1
    }
    return true
  }
}

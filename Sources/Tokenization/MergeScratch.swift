// SPDX-License-Identifier: Apache-2.0

/// The symbols of one word during merging, in memory that is reused for all words.
///
/// Merging repeatedly joins the adjacent pair with the lowest rank, the leftmost if ranks are
/// equal. That pair is found by linear search in short words, and by a heap in long ones, such as a
/// text that is not split.
struct MergeScratch {
  /// The ids of the symbols; after `merge`, of the remaining ones.
  private(set) var ids: [Int32] = []
  /// The bytes of the text that each symbol represents; empty unless `tracksExtents`.
  private(set) var extents: [Extent] = []
  /// Whether to record `extents`.
  var tracksExtents = false
  /// The rank and resulting id of the merge of each symbol with the next.
  private var ranks: [UInt32] = []
  private var outcomes: [Int32] = []

  /// The maximum number of symbols for which linear search is faster than a heap.
  private static let longestSearched = 48

  /// The bytes of a symbol, from `start` up to but not including `end`.
  struct Extent {
    var start: Int32
    var end: Int32
  }

  /// Removes the symbols of the last word.
  mutating func removeAll() {
    ids.removeAll(keepingCapacity: true)
    extents.removeAll(keepingCapacity: true)
  }

  /// Adds a symbol for the bytes in `range`.
  @inline(__always)
  mutating func append(_ id: Int32, _ range: Range<Int>) {
    ids.append(id)
    if tracksExtents {
      extents.append(Extent(start: Int32(range.lowerBound), end: Int32(range.upperBound)))
    }
  }

  /// Merges the symbols until no pair in the table remains.
  mutating func merge(with table: MergeTable) {
    guard ids.count > 1 else { return }
    if ids.count <= Self.longestSearched {
      mergeBySearch(table)
    } else {
      var heap = MergeHeap(ids, extents, table)
      (ids, extents) = heap.merged(table)
    }
  }

  private mutating func mergeBySearch(_ table: MergeTable) {
    ranks.removeAll(keepingCapacity: true)
    outcomes.removeAll(keepingCapacity: true)
    for index in 1..<ids.count {
      let merge = table.merge(ids[index - 1], ids[index])
      ranks.append(merge.rank)
      outcomes.append(merge.id)
    }
    while true {
      var best = 0
      var lowest = MergeTable.noRank
      for (index, rank) in ranks.enumerated() where rank < lowest {
        lowest = rank
        best = index
      }
      guard lowest != MergeTable.noRank else { return }
      ids[best] = outcomes[best]
      ids.remove(at: best + 1)
      if tracksExtents { extents[best].end = extents.remove(at: best + 1).end }
      ranks.remove(at: best)
      outcomes.remove(at: best)
      if best < ranks.count { update(best, table) }
      if best > 0 { update(best - 1, table) }
    }
  }

  @inline(__always)
  private mutating func update(_ index: Int, _ table: MergeTable) {
    let merge = table.merge(ids[index], ids[index + 1])
    ranks[index] = merge.rank
    outcomes[index] = merge.id
  }
}

/// Merging with a binary heap ordered by (rank, position), for words of any length.
private struct MergeHeap {
  private struct Candidate {
    /// The rank in the upper and the position in the lower half, so that one comparison orders by
    /// both.
    let key: UInt64
    let outcome: Int32
  }

  private var ids: [Int32]
  private var extents: [MergeScratch.Extent]
  private var previous: [Int32]
  private var next: [Int32]
  private var heap: [Candidate] = []

  init(_ ids: [Int32], _ extents: [MergeScratch.Extent], _ table: MergeTable) {
    self.ids = ids
    self.extents = extents
    previous = (0..<ids.count).map { Int32($0 - 1) }
    next = (0..<ids.count).map { Int32($0 + 1) }
    next[ids.count - 1] = -1
    heap.reserveCapacity(ids.count)
    for index in 1..<ids.count { push(index - 1, index, table) }
  }

  /// Merges the symbols and returns those that remain; to be called once.
  mutating func merged(_ table: MergeTable) -> (ids: [Int32], extents: [MergeScratch.Extent]) {
    while let candidate = pop() {
      let left = Int(candidate.key & 0xFFFF_FFFF)
      let right = Int(next[left])
      // A candidate is stale once either side has merged with something else. Symbols only grow, so
      // if the result is still the same, so are both sides.
      guard ids[left] >= 0, right >= 0,
        table.merge(ids[left], ids[right]).id == candidate.outcome
      else { continue }
      ids[left] = candidate.outcome
      ids[right] = -1
      if !extents.isEmpty { extents[left].end = extents[right].end }
      let after = next[right]
      next[left] = after
      if after >= 0 {
        previous[Int(after)] = Int32(left)
        push(left, Int(after), table)
      }
      if previous[left] >= 0 { push(Int(previous[left]), left, table) }
    }
    let remaining = ids.indices.filter { ids[$0] >= 0 }
    return (remaining.map { ids[$0] }, extents.isEmpty ? [] : remaining.map { extents[$0] })
  }

  private mutating func push(_ left: Int, _ right: Int, _ table: MergeTable) {
    let merge = table.merge(ids[left], ids[right])
    guard merge.rank != MergeTable.noRank else { return }
    let candidate = Candidate(key: UInt64(merge.rank) << 32 | UInt64(left), outcome: merge.id)
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[parent].key > candidate.key else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = candidate
  }

  private mutating func pop() -> Candidate? {
    guard let top = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return top }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].key < heap[child].key { child += 1 }
      guard heap[child].key < last.key else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = last
    return top
  }
}

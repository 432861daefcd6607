// SPDX-License-Identifier: Apache-2.0

/// Which states of a pattern at which positions of a text are known to lead nowhere.
///
/// What follows from a state depends on its position only, so a state that failed fails again.
/// Remembering that makes backtracking linear in the text. It is done only once a search has taken
/// more steps than usual, since usual text needs none of it.
struct MatchMemo {
  /// What is known of a state on entry.
  enum Entry {
    case unknown
    case failed
    /// It leads to the end of its group at this position.
    case succeeded(Int)
  }

  private static let pageBits = 1 << 16

  private let keyCount: Int
  /// Bits by position and key, in pages that are allocated when touched.
  private var pages: [[UInt64]] = []
  /// Where states inside of look-around and atomic groups ended that did not fail.
  private var ends: [Int: Int] = [:]
  /// The states that were entered and have not failed yet, in order.
  private var path: [Int] = []

  init(keyCount: Int) { self.keyCount = keyCount }

  /// The number of states on the path.
  var pathCount: Int { path.count }

  /// Enters a state: marks it as failed, which it is unless the path to it succeeds.
  mutating func enter(_ key: Int, at offset: Int) -> Entry {
    let state = offset * keyCount + key
    let page = state / Self.pageBits
    while pages.count <= page { pages.append([]) }
    if pages[page].isEmpty { pages[page] = Array(repeating: 0, count: Self.pageBits / 64) }
    let word = state % Self.pageBits / 64
    let bit: UInt64 = 1 << UInt64(state % 64)
    if pages[page][word] & bit != 0 { return ends[state].map(Entry.succeeded) ?? .failed }
    pages[page][word] |= bit
    path.append(state)
    return .unknown
  }

  /// Leaves the states beyond the first `count` of the path, which have failed.
  mutating func fail(to count: Int) { path.removeLast(path.count - count) }

  /// Leaves the states beyond the first `count` of the path, which led to `end`.
  ///
  /// - Parameter isRemembered: Whether to note the end rather than to forget the states.
  mutating func succeed(to count: Int, end: Int, isRemembered: Bool) {
    for state in path[count...] {
      if isRemembered {
        ends[state] = end
      } else {
        pages[state / Self.pageBits][state % Self.pageBits / 64] &= ~(1 << UInt64(state % 64))
      }
    }
    path.removeLast(path.count - count)
  }
}

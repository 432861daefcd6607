// SPDX-License-Identifier: Apache-2.0

/// Memoizes which states of a pattern are known to fail at which positions of a text.
///
/// The outcome of a state depends only on the position, so a state that has failed would fail
/// again. Memoization makes backtracking linear in the length of the text. It begins only when a
/// search takes unusually many steps, since it is not needed for ordinary text.
struct MatchMemo {
  /// What is known about a state on entry.
  enum Entry {
    case unknown
    case failed
    /// The state leads to the end of its group at this position.
    case succeeded(Int)
  }

  private static let pageBits = 1 << 16

  private let keyCount: Int
  /// Bits by position and key, in pages that are allocated on first use.
  private var pages: [[UInt64]] = []
  /// The end positions of states in look-around and atomic groups that succeeded.
  private var ends: [Int: Int] = [:]
  /// The states that have been entered and have not failed yet, in order.
  private var path: [Int] = []

  init(keyCount: Int) { self.keyCount = keyCount }

  /// The number of states on the path.
  var pathCount: Int { path.count }

  /// Enters a state and marks it as failed, which is corrected if the path to it succeeds.
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

  /// Removes the states after the first `count` from the path, as failed.
  mutating func fail(to count: Int) { path.removeLast(path.count - count) }

  /// Removes the states after the first `count` from the path, as having led to `end`.
  ///
  /// - Parameter isRemembered: Whether to record the end instead of resetting the states to
  ///   unknown.
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

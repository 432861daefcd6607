// SPDX-License-Identifier: Apache-2.0

/// The largest of some numbers, which all differ, without sorting the others.
enum LargestKeys {
  /// Moves the `count` largest keys to the front of an array, in any order.
  ///
  /// Takes time in proportion to the number of keys; what takes longer, as an adversary may arrange, is sorted.
  ///
  /// - Precondition: No key occurs twice; `count` is between 1 and their number.
  /// - Source: Hoare 1961, Algorithm 65: Find; Musser 1997, Introspective Sorting and Selection Algorithms.
  static func moveToFront(_ count: Int, of keys: inout [UInt64]) {
    precondition(
      (1...keys.count).contains(count), "count must lie between 1 and the number of keys")
    var (low, high) = (0, keys.count - 1)
    var attemptsLeft = 2 * (Int.bitWidth - keys.count.leadingZeroBitCount)
    while low < high {
      guard attemptsLeft > 0 else {
        keys[low...high].sort(by: >)
        return
      }
      attemptsLeft -= 1
      let pivot = median(keys[low], keys[low + (high - low) / 2], keys[high])
      var (left, right) = (low, high)
      while left <= right {
        while keys[left] > pivot { left += 1 }
        while keys[right] < pivot { right -= 1 }
        guard left <= right else { break }
        keys.swapAt(left, right)
        left += 1
        right -= 1
      }
      if count - 1 <= right {
        high = right
      } else if count - 1 >= left {
        low = left
      } else {
        return
      }
    }
  }

  private static func median(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
    max(min(a, b), min(max(a, b), c))
  }
}

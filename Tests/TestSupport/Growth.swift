// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How the time of some work grows with its input.
public enum Growth {
  /// The factor that separates 8, the growth in proportion, from 64, the growth with the square.
  public static let bound = 24.0

  /// How many times as much time work takes on an input that is eight times as large.
  ///
  /// The time is the processor's on this thread, which other work on the machine does not lengthen; the smaller of two
  /// measurements counts on both sides.
  ///
  /// - Parameters:
  ///   - count: The size of the small input: one that takes some milliseconds.
  ///   - make: Makes an input of a size, which costs no measured time.
  ///   - work: What is measured.
  public static func eightfold<Input>(
    from count: Int, _ make: (Int) -> Input, _ work: (Input) throws -> Void
  ) rethrows -> Double {
    let (small, large) = (make(count), make(8 * count))
    // The first call of anything pays for what is made once.
    try work(small)
    let first = try min(seconds { try work(small) }, seconds { try work(small) })
    let second = try seconds { try work(large) }
    guard second > bound * first else { return second / first }
    return try min(second, seconds { try work(large) }) / first
  }

  private static func seconds(_ work: () throws -> Void) rethrows -> Double {
    let start = now()
    try work()
    return now() - start
  }

  private static func now() -> Double {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// The end of a program whose memory ran out.
///
/// Swift's own allocations cannot fail with an error: the runtime stops the process where it is. What files
/// decide is bounded where they are read, so that this is left for limits like those of `ulimit -v`.
public enum MemoryFailure {
  /// The size of a request that the system refused, in bytes; 0 before.
  static let refused = Atomic<Int>(0)
  private static let isLimited = Atomic<Bool>(false)

  /// Lets a process that memory ran out of say so before it ends, with status 71.
  ///
  /// Other traps end as before. To be called once, at the start of a program.
  public static func explain() {
    var limit = rlimit()
    #if canImport(Darwin)
      let result = unsafe getrlimit(RLIMIT_AS, &limit)
    #else
      let result = unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #endif
    isLimited.store(result == 0 && limit.rlim_cur < rlim_t(Int.max), ordering: .relaxed)
    for number in [SIGILL, SIGTRAP, SIGABRT] {
      signal(number) { number in
        // Only what POSIX allows in a handler: no allocation, no locks.
        if MemoryFailure.refused.load(ordering: .relaxed) > 0
          || MemoryFailure.isLimited.load(ordering: .relaxed)
        {
          SignalNotice.write(
            """
            spin: out of memory: the system refused a request; raise the limit (ulimit -v), close other \
            programs, or lower --max-memory, --batch-size or --threads

            """)
          _exit(71)
        }
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// The end of a program whose memory ran out.
///
/// Swift's own allocations cannot fail with an error: the runtime says how much it could not get and aborts. What
/// files decide is bounded where they are read, so that this is left for limits like those of `ulimit -v`.
public enum MemoryFailure {
  /// Whether the system refused memory to a `FloatBuffer`, which traps for it.
  static let wasRefused = Atomic<Bool>(false)

  /// Lets a process that memory ran out of say so before it ends, with status 71.
  ///
  /// Traps for other reasons end as before. To be called once, at the start of a program.
  public static func explain() {
    for number in [SIGABRT, SIGILL, SIGTRAP] {
      signal(number) { number in
        // Only what POSIX allows in a handler: no allocation, no locks.
        if number == SIGABRT || MemoryFailure.wasRefused.load(ordering: .relaxed) {
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

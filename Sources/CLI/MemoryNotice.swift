// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINStorage
import Synchronization

/// What the program says when memory runs out.
///
/// Swift's own allocations cannot fail with an error: the runtime says how much it could not get and aborts. What
/// files decide is bounded where they are read, so that this is left for limits like those of `ulimit -v`.
enum MemoryNotice {
  /// Lets the program say why it ends, with status 71; traps for other reasons end as before.
  static func prepare() {
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

// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// What the program says when memory runs out.
enum MemoryNotice {
  /// Lets the program say why it ends, with status 71; signals for other reasons end it as before.
  static func prepare() {
    MemoryFailure.explain(
      by: """
        spin: out of memory: the system refused a request; raise the limit (ulimit -v), close other \
        programs, or lower --max-memory, --batch-size or --threads

        """)
  }
}

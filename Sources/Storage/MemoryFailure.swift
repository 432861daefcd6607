// SPDX-License-Identifier: Apache-2.0

package import Synchronization

/// What became of requests for memory.
package enum MemoryFailure {
  /// Whether the system refused memory to a `FloatBuffer`, which traps for it.
  ///
  /// A program may read it in a handler of signals, and say why it ends.
  package static let wasRefused = Atomic<Bool>(false)
}

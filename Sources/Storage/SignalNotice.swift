// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Output from signal handlers: a static text, written by one system call.
package enum SignalNotice {
  /// Writes a text to standard error without allocating, locking or buffering.
  package static func write(_ text: StaticString) {
    guard text.hasPointerRepresentation else { return }
    // If standard error cannot be written to, there is nowhere to report the failure.
    _ = unsafe Foundation.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }
}

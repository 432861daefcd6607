// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a signal handler may say: a text that exists already, written by one system call.
package enum SignalNotice {
  /// Writes a text to standard error; nothing is allocated, locked or buffered.
  package static func write(_ text: StaticString) {
    guard text.hasPointerRepresentation else { return }
    // Where standard error cannot be written to, there is nowhere to report.
    _ = unsafe Foundation.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where progress, warnings and errors go.
enum StandardError {
  static let isTerminal = isatty(STDERR_FILENO) == 1

  static func write(_ text: String) {
    // Where even this cannot be written, the exit status still tells.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  static func warn(_ text: String) { write("warning: \(NamedInputs.named(text))\n") }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINStorage

/// Where progress, warnings and errors go.
enum StandardError {
  static let isTerminal = isatty(STDERR_FILENO) == 1

  /// Writes a text of this program of several lines; control characters in it, which files and servers may have brought, are escaped.
  static func write(_ text: String) { writeRaw(PrintableText.escaped(text)) }

  /// Writes a line that stays one, whatever names and quotations are in it: a newline in the name of a file could
  /// pass for the end of a message and the beginning of another.
  static func writeLine(_ text: String) {
    writeRaw(PrintableText.escaped(text, keepsNewlines: false) + "\n")
  }

  /// Shows a line in place of the one that was shown before: on a terminal the same line again, elsewhere a
  /// new one.
  static func showProgress(_ line: String) {
    let shown = PrintableText.escaped(line, keepsNewlines: false)
    writeRaw(isTerminal ? eraseLine + shown : shown + "\n")
  }

  /// Takes the line away that `showProgress` left on a terminal.
  static func clearProgress() {
    if isTerminal { writeRaw(eraseLine) }
  }

  static func warn(_ text: String) { writeLine("warning: \(NamedInputs.named(text))") }

  /// To the first column, and erase to the end of the line.
  private static let eraseLine = "\r\u{1B}[K"

  private static func writeRaw(_ text: String) {
    // Where even this cannot be written, the exit status still tells.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}

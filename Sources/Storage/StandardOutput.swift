// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import Synchronization

/// The stream of results.
public enum StandardOutput {
  /// Whether a terminal shows it.
  public static let isTerminal = isatty(STDOUT_FILENO) == 1

  /// Writes a text at once: on a terminal as `PrintableText` shows it, elsewhere byte for byte.
  ///
  /// Nothing waits in a buffer, so that a reader of both streams sees texts in the order in which they were
  /// written. What cannot be written is said by `finish`, and nothing more is tried.
  public static func write(_ text: String) {
    guard firstFailure.load(ordering: .relaxed) == 0 else { return }
    let bytes = Array((isTerminal ? PrintableText.escaped(text) : text).utf8)
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Foundation.write(
          STDOUT_FILENO, $0.baseAddress.map { unsafe $0 + done }, $0.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        firstFailure.store(count < 0 ? errno : ENOSPC, ordering: .relaxed)
        return
      }
      done += count
    }
  }

  /// Checks that everything written has arrived.
  ///
  /// - Throws: `SPINError` with code `inputOutput` where it has not: a full disk, a closed descriptor.
  public static func finish() throws {
    let number = firstFailure.load(ordering: .relaxed)
    guard number == 0 else {
      throw SPINError(
        .inputOutput, at: "standard output", "cannot be written (\(SPINError.reason(number)))",
        remedy: number == EBADF
          ? "it is closed: run the command with standard output open"
          : "free some disk space, or redirect the output elsewhere")
    }
  }

  /// The system's number for what went wrong first; 0 for nothing.
  private static let firstFailure = Atomic<Int32>(0)
}

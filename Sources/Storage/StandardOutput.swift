// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import Synchronization

/// The standard output stream, for results.
public enum StandardOutput {
  /// Whether standard output is a terminal.
  public static let isTerminal = isatty(STDOUT_FILENO) == 1

  /// Writes a text at once, on a terminal with control characters escaped by `PrintableText`,
  /// elsewhere unchanged.
  ///
  /// Output is not buffered, so that results and progress appear in the order in which they were
  /// written. After a failure nothing more is written, and `finish` reports the failure.
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

  /// Checks that everything was written.
  ///
  /// - Throws: `SPINError` with code `inputOutput` after a failure, such as a full disk or a closed
  ///   descriptor.
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

  /// The error number of the first failure; 0 for none.
  private static let firstFailure = Atomic<Int32>(0)
}

// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The width of the terminal that shows standard output.
public enum TerminalWidth {
  /// The number of columns; nil if standard output is not a terminal or the width is unknown.
  public static var ofStandardOutput: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1,
      unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0
    else { return nil }
    return Int(size.ws_col)
  }
}

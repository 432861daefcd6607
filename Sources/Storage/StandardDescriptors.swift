// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The standard file descriptors 0, 1 and 2 of the process.
public enum StandardDescriptors {
  /// Occupies the standard descriptors that are closed, so that no file opened later gets one of
  /// them.
  ///
  /// Otherwise progress would be written to the first file that the program opens, such as a
  /// journal. The replacements behave like closed descriptors: reading standard input and writing
  /// standard output fail with `EBADF`. To be called before any file is opened.
  public static func occupyClosed() {
    // In ascending order, since the system assigns the smallest free number.
    for (descriptor, mode) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
    ] where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      let opened = unsafe open("/dev/null", mode)
      if opened >= 0, opened != descriptor {
        dup2(opened, descriptor)
        close(opened)
      }
    }
  }
}

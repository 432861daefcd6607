// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The descriptors 0, 1 and 2 of the process.
public enum StandardDescriptors {
  /// Occupies those that are closed, so that no file which is opened later gets one of them.
  ///
  /// Otherwise progress would be written into the first file that the program opens, a journal perhaps. What
  /// stands there instead fails as a closed descriptor does: reading standard input and writing standard
  /// output are errors (`EBADF`). To be called before any file is opened.
  public static func occupyClosed() {
    // In this order: the system gives the smallest free number.
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

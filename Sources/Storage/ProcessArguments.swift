// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The arguments of this process, as the operating system passed them.
public enum ProcessArguments {
  /// Requires that all arguments are UTF-8.
  ///
  /// Swift would replace invalid bytes by replacement characters, so that two files could get the
  /// same name.
  ///
  /// - Throws: `SPINError` with code `usage` that shows the first invalid argument.
  public static func requireUTF8() throws {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = unsafe CommandLine.unsafeArgv[index] else { continue }
      if unsafe String(validatingCString: argument) == nil {
        throw SPINError(
          .usage, at: unsafe String(cString: argument), "is not UTF-8",
          remedy: "rename the file, or set the terminal to UTF-8")
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

// The C library's `stdout` is a variable, which nobody here assigns.
#if canImport(Darwin)
  @preconcurrency @unsafe import Darwin
#else
  @preconcurrency @unsafe import Glibc
#endif

/// The stream of results.
public enum StandardOutput {
  /// Writes every line when it is complete, also into a pipe or a file.
  ///
  /// Otherwise lines wait there for a full buffer, and arrive in the middle of what went to standard error.
  /// To be called before anything is printed.
  public static func bufferLines() { unsafe setvbuf(stdout, nil, _IOLBF, 0) }
}

// SPDX-License-Identifier: Apache-2.0

/// Where tests make the file system fail.
///
/// Every operation that changes the file system announces itself here first. A test sets the hook
/// for its own task and throws from it: once, to play a full disk, or from then on, to play
/// `kill -9` - a dead process does not clean up either.
package enum FileFault {
  /// An operation that changes the file system.
  package enum Operation: String, Sendable {
    case create, write, synchronize, clone, rename, remove, makeDirectory
  }

  /// Called with each operation and its path before it happens; nil outside tests.
  @TaskLocal package static var hook: (@Sendable (Operation, String) throws -> Void)?

  static func check(_ operation: Operation, _ path: String) throws {
    try hook?(operation, path)
  }
}

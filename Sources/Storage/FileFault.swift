// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Where tests make the file system fail.
///
/// Every operation that changes the file system announces itself here first. A test sets a hook for
/// its own directory and throws from it: once, to play a full disk, or from then on, to play
/// `kill -9` - a dead process does not clean up either.
package enum FileFault {
  /// An operation that changes the file system.
  package enum Operation: String, Sendable {
    case create, write, synchronize, clone, rename, remove, makeDirectory
  }

  /// Called with each operation and its path before it happens.
  package typealias Hook = @Sendable (Operation, String) throws -> Void

  /// By directory, so that tests may run side by side; empty outside tests.
  private static let hooks = Mutex<[String: Hook]>([:])

  /// Runs `body` with a hook for everything below `directory`.
  package static func withHook<Result>(
    below directory: String, _ hook: @escaping Hook, _ body: () throws -> Result
  ) rethrows -> Result {
    hooks.withLock { $0[directory] = hook }
    defer { hooks.withLock { $0[directory] = nil } }
    return try body()
  }

  static func check(_ operation: Operation, _ path: String) throws {
    let matching = hooks.withLock { hooks in
      hooks.isEmpty ? [] : hooks.filter { path.hasPrefix($0.key) }.map(\.value)
    }
    for hook in matching { try hook(operation, path) }
  }
}

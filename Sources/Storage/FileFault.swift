// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Fault injection: lets tests make the file system fail.
///
/// Every operation that changes the file system calls `check` first. A test sets a hook for its own
/// directory and throws from the hook: once, to simulate a full disk, or from some operation on, to
/// simulate `kill -9`, since a killed process does not clean up either.
package enum FileFault {
  /// An operation that changes the file system.
  package enum Operation: String, Sendable {
    case create, write, synchronize, clone, rename, remove, makeDirectory
  }

  /// Called with each operation and its path before it happens.
  package typealias Hook = @Sendable (Operation, String) throws -> Void

  /// The hooks by directory, so that tests can run in parallel; empty outside tests.
  private static let hooks = Mutex<[String: Hook]>([:])

  /// Runs `body` with a hook for all operations on paths that begin with `directory`.
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

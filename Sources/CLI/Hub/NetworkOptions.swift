// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Synchronization

/// Whether a command may fetch what is not on this machine; part of all that take models or data.
struct NetworkOptions: ParsableArguments {
  @Flag(help: "Do not use the network; take models and data files from the cache only.")
  var offline = false

  func validate() throws {
    if offline { Self.forbidden.withLock { $0 = true } }
  }

  /// Whether `--offline` was given.
  ///
  /// One command runs in a process, so that this holds for all it does: its model, its judge, its data.
  static var isOffline: Bool { forbidden.withLock(\.self) }

  private static let forbidden = Mutex(false)
}

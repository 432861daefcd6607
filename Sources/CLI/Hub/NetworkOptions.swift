// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Synchronization

/// Whether a command may fetch what is not on this machine; part of all that take models or data.
struct NetworkOptions: ParsableArguments {
  @Flag(help: "Fetch nothing: use models and data of the Hub that are in the cache only.")
  var offline = false

  func validate() throws {
    if offline { Self.forbidden.withLock { $0 = true } }
  }

  /// Whether `--offline` was given. One command runs in a process, so that this holds for all it does: its model,
  /// its judge, its data.
  static var isOffline: Bool { forbidden.withLock(\.self) }

  private static let forbidden = Mutex(false)
}

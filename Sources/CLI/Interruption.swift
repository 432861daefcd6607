// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Turns the first Ctrl+C into a wish to stop after the step at hand; a second one ends the program
/// at once.
enum Interruption {
  private static let isWished = Atomic<Bool>(false)

  /// Whether the user asked to stop.
  static var wasRequested: Bool { isWished.load(ordering: .relaxed) }

  /// Listens from now on.
  static func listen() {
    _ = wasRequested  // made here, not in the handler
    signal(SIGINT) { _ in
      if Interruption.isWished.exchange(true, ordering: .relaxed) { _exit(130) }
    }
  }
}

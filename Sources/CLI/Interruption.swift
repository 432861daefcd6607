// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPIN
import SPINStorage
import Synchronization

/// Turns the first Ctrl+C into a wish to stop, which long steps look for many times a second; a second
/// one ends the program at once.
enum Interruption {
  private static let isWished = Atomic<Bool>(false)

  /// Whether the user asked to stop.
  static var wasRequested: Bool { isWished.load(ordering: .relaxed) }

  /// Listens from now on.
  static func listen() {
    _ = wasRequested  // made here, not in the handler
    signal(SIGINT) { _ in
      if Interruption.isWished.exchange(true, ordering: .relaxed) { _exit(130) }
      SignalNotice.write("\nspin: stopping; Ctrl+C again ends at once\n")
    }
  }

  /// Does work whose finished parts are stored in a folder, if there is one; an interruption says how
  /// to resume.
  static func keeping<Result>(in folder: String?, _ body: () throws -> Result) throws -> Result {
    try explaining(
      folder.map { "run the same command again: it continues with what is in \($0)" }
        ?? "nothing is stored without --out; give it a folder to be able to resume", body)
  }

  /// Does work; an interruption says what to do then.
  static func explaining<Result>(
    _ remedy: String, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let error as SPINError where error.code == .interrupted {
      throw SPINError(.interrupted, at: error.location, error.message, remedy: remedy)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs

/// Looks for models and data files, and fetches them with a plan, progress and Ctrl+C.
enum HubAccess {
  /// Uses the library of models and data files.
  ///
  /// - Parameter body: The work; the first Ctrl+C ends it soon and keeps what was received.
  static func use<Result>(_ body: (HubLibrary) throws -> Result) throws -> Result {
    var settings = try HubSettings()
    settings.isOffline = settings.isOffline || NetworkOptions.isOffline
    let reporter = HubProgressReporter(isQuiet: isQuiet)
    let library = HubLibrary(
      settings, shouldStop: { Interruption.wasRequested }, report: reporter.show)
    let before = signal(SIGINT, SIG_DFL)
    Interruption.listen()
    // Whoever runs next and does not listen is ended by Ctrl+C as before.
    defer { signal(SIGINT, before) }
    do {
      let result = try body(library)
      reporter.finish()
      return result
    } catch {
      reporter.clear()
      throw error
    }
  }

  /// Whether the command that runs is to be quiet.
  private static var isQuiet: Bool {
    Invocation.arguments.contains { ["--quiet", "-q"].contains($0) }
  }
}

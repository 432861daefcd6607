// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import Synchronization

/// Counts received bytes and reports progress at most five times a second.
final class DownloadMeter: Sendable {
  private struct State {
    var byteCount: Int
    var totalByteCount: Int
    var receivedByteCount = 0
    var lastReport: ContinuousClock.Instant?
  }

  private let state: Mutex<State>
  private let start = ContinuousClock.now
  private let report: @Sendable (HubEvent) -> Void
  private static let interval = Duration.milliseconds(200)

  /// Creates a meter.
  ///
  /// - Parameters:
  ///   - byteCount: The number of bytes on disk already.
  ///   - totalByteCount: The number of bytes of all files.
  ///   - report: Called with each progress event, on the thread that receives.
  init(
    byteCount: Int, totalByteCount: Int, report: @escaping @Sendable (HubEvent) -> Void
  ) {
    state = Mutex(State(byteCount: byteCount, totalByteCount: totalByteCount))
    self.report = report
  }

  /// Adds bytes that have been received.
  func receive(_ count: Int) {
    tell {
      $0.byteCount += count
      $0.receivedByteCount += count
    }
  }

  /// Corrects the number of bytes on disk: negative if some were discarded, positive if more were
  /// found.
  func correct(by count: Int) { tell { $0.byteCount += count } }

  private func tell(_ change: (inout State) -> Void) {
    let now = ContinuousClock.now
    let progress: HubProgress? = state.withLock { state in
      change(&state)
      if let last = state.lastReport, now - last < Self.interval { return nil }
      state.lastReport = now
      return HubProgress(
        byteCount: state.byteCount, totalByteCount: state.totalByteCount,
        receivedByteCount: state.receivedByteCount, seconds: (now - start) / .seconds(1))
    }
    if let progress { report(.progress(progress)) }
  }
}

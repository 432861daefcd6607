// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import Synchronization

/// Counts what comes, and tells of it a few times a second.
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

  /// - Parameters:
  ///   - byteCount: What is here already, in bytes.
  ///   - totalByteCount: All bytes.
  init(
    byteCount: Int, totalByteCount: Int, report: @escaping @Sendable (HubEvent) -> Void
  ) {
    state = Mutex(State(byteCount: byteCount, totalByteCount: totalByteCount))
    self.report = report
  }

  /// This many bytes arrived.
  func receive(_ count: Int) {
    tell {
      $0.byteCount += count
      $0.receivedByteCount += count
    }
  }

  /// So many bytes that were here are of no use, or more of them are here than was thought.
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

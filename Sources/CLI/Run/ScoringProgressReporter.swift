// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs

/// Shows the progress of scoring on standard error: one line that changes on a terminal, otherwise a plain
/// line every ten seconds.
final class ScoringProgressReporter {
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant?
  private let isQuiet: Bool
  private var hasWorked = false

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    start = clock.now
  }

  func show(_ event: ScoringEvent) {
    hasWorked = true
    guard !isQuiet else { return }
    switch event {
    case .resumed(let finished, let count):
      StandardError.write("score    going on after \(finished) of \(count) finished units\n")
    case .advanced(let progress):
      let interval: Duration = StandardError.isTerminal ? .milliseconds(200) : .seconds(10)
      if let lastShown, clock.now - lastShown < interval { return }
      if lastShown == nil, !StandardError.isTerminal, clock.now - start < interval { return }
      lastShown = clock.now
      StandardError.showProgress(line(progress))
    }
  }

  /// Ends the line that changes; needed whichever way the scoring ends.
  func clear() {
    if !isQuiet, lastShown != nil { StandardError.clearProgress() }
  }

  /// Says that the scoring is done, and how long it took.
  func finish() {
    clear()
    guard !isQuiet else { return }
    let seconds = (clock.now - start) / .seconds(1)
    StandardError.write(
      hasWorked ? "score    done in \(Self.time(seconds))\n" : "score    already done\n")
  }

  private func line(_ progress: ScoringProgress) -> String {
    let elapsed = (clock.now - start) / .seconds(1)
    let rate = progress.equivalentTokens / elapsed
    let left = progress.operationsLeft / (progress.operationsDone / elapsed)
    let done = progress.operationsDone / (progress.operationsDone + progress.operationsLeft)
    let place =
      progress.phase == .losses
      ? "losses" : "\(progress.phase.rawValue) block \(progress.layer + 1)/\(progress.layerCount)"
    return "score    \(Int(done * 100))%  \(place)  \(progress.dataSet)  "
      + "\(Decimals.text(rate, rate < 100 ? 1 : 0)) tokens/s  \(Self.time(left)) left"
      + (Machine.peakResidentBytes.map { "  peak \(ByteCount.text($0))" } ?? "")
  }

  /// "3 h 12 min", "4 min 5 s", "12 s", "0.4 s".
  static func time(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "unknown" }
    if seconds < 10 { return Decimals.text(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}

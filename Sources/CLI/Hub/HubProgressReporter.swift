// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import Synchronization

/// Shows on standard error what is fetched: the plan, one line that changes on a terminal, otherwise a plain line
/// every ten seconds.
final class HubProgressReporter: Sendable {
  private struct State {
    var isPlanned = false
    var isShown = false
    var lastShown: ContinuousClock.Instant?
    var last: HubProgress?
  }

  private let state = Mutex(State())
  private let start = ContinuousClock.now
  private let isQuiet: Bool
  private let showsProgress: Bool

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    let setting = ProcessInfo.processInfo.environment["HF_HUB_DISABLE_PROGRESS_BARS"]
    showsProgress = !["1", "ON", "YES", "TRUE"].contains(setting?.uppercased())
  }

  func show(_ event: HubEvent) {
    switch event {
    case .note(let text):
      clear()
      StandardError.warn(text)
    case .plan(let plan):
      state.withLock { $0.isPlanned = true }
      line(Self.text(plan))
    case .waiting(let file): line("waiting for another process that downloads \(file)")
    case .retrying(let subject, let reason, let seconds):
      line("\(subject): \(reason), again in \(ScoringProgressReporter.time(seconds))")
    case .progress(let progress): show(progress)
    }
  }

  private func line(_ text: String) {
    clear()
    if !isQuiet { StandardError.writeLine("fetch    \(text)") }
  }

  private func show(_ progress: HubProgress) {
    guard !isQuiet, showsProgress else { return }
    let now = ContinuousClock.now
    let interval: Duration = StandardError.isTerminal ? .milliseconds(200) : .seconds(10)
    let isDue = state.withLock { state in
      state.last = progress
      guard now - (state.lastShown ?? start) >= interval else { return false }
      state.lastShown = now
      state.isShown = true
      return true
    }
    guard isDue else { return }
    let text = "fetch    " + Self.text(progress)
    StandardError.showProgress(text)
  }

  /// Takes the changing line away.
  func clear() {
    let isShown = state.withLock { state in
      defer { state.isShown = false }
      return state.isShown
    }
    if isShown { StandardError.clearProgress() }
  }

  /// Says that all is here, and how long it took; nothing where nothing was fetched.
  func finish() {
    clear()
    guard !isQuiet, state.withLock(\.isPlanned) else { return }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    StandardError.write("fetch    done in \(ScoringProgressReporter.time(seconds))\n")
  }

  private static func text(_ plan: HubPlan) -> String {
    let files = plan.fileCount == 1 ? "1 file" : "\(plan.fileCount) files"
    let resumed =
      plan.resumedByteCount > 0
      ? " (\(ByteCount.text(plan.resumedByteCount)) already downloaded)" : ""
    return
      "\(plan.repository)@\(plan.commit.prefix(12)): \(files), \(ByteCount.text(plan.byteCount))\(resumed), to \(plan.folder) "
      + "(\(ByteCount.text(plan.freeByteCount)) free)"
  }

  private static func text(_ progress: HubProgress) -> String {
    let share = Double(progress.byteCount) / Double(max(1, progress.totalByteCount))
    let rate = Double(progress.receivedByteCount) / max(1e-9, progress.seconds)
    let left = Double(progress.totalByteCount - progress.byteCount) / max(1, rate)
    return "\(Int(share * 100))%  \(ByteCount.text(progress.byteCount)) of "
      + "\(ByteCount.text(progress.totalByteCount))  \(ByteCount.text(Int(rate)))/s  "
      + "\(ScoringProgressReporter.time(left)) left"
  }
}

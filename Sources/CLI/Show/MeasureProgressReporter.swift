// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// Shows how measures go on standard error, one after the other.
final class MeasureProgressReporter {
  private let isQuiet: Bool
  private var current: ItemProgress?
  private var isJudging = false
  private let clock = ContinuousClock()
  private var start: ContinuousClock.Instant

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    start = clock.now
  }

  func show(_ progress: MeasureProgress) {
    switch progress {
    case .began(let name, let count):
      // Nothing is left to do where an earlier run has done it.
      current = count > 0 ? ItemProgress(name, total: count, isQuiet: isQuiet) : nil
      isJudging = name.hasSuffix(" verdicts")
      start = clock.now
    case .advanced(let tokens, let drafted): current?.advance(tokens: tokens, drafted: drafted)
    case .partly(let share): current?.show(partly: share)
    case .ended:
      // A judge that takes less than a second needs no progress.
      if isJudging, clock.now - start < .seconds(1) { current?.clear() } else { current?.finish() }
      current = nil
    }
  }

  /// Does the work that is shown; a changing line is taken away however it ends.
  func during<Result>(_ body: () throws -> Result) rethrows -> Result {
    do {
      return try body()
    } catch {
      clear()
      throw error
    }
  }

  /// Takes a line that changes away; needed where a measure ends early.
  func clear() {
    current?.clear()
    current = nil
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPIN

/// Shows on standard error how far an evaluation of awareness is: a line for answers, and one for
/// verdicts where they are many enough to wait for.
final class AwarenessProgress {
  private let name: String
  private let isQuiet: Bool
  private var progress: ItemProgress?
  private var isJudging = false
  private let clock = ContinuousClock()
  private var start: ContinuousClock.Instant

  init(_ name: String, isQuiet: Bool) {
    self.name = name
    self.isQuiet = isQuiet
    start = clock.now
  }

  /// Does the work that is shown; a changing line is taken away however it ends.
  func during<Result>(
    _ body: (_ report: (AwarenessEvaluation.Progress) -> Void) throws -> Result
  ) rethrows -> Result {
    do {
      let result = try body(show)
      end()
      return result
    } catch {
      progress?.clear()
      throw error
    }
  }

  private func show(_ event: AwarenessEvaluation.Progress) {
    switch event {
    case .answering(let count):
      progress = ItemProgress(name, total: count, isQuiet: isQuiet)
    case .judging(let count):
      end()
      isJudging = true
      start = clock.now
      progress = ItemProgress("\(name) verdicts", total: count, isQuiet: isQuiet)
    case .answered(let tokens): progress?.advance(tokens: tokens)
    case .judged: progress?.advance()
    }
  }

  /// Says how long a part of the work took; nobody waits for a judge that takes less than a second.
  private func end() {
    if isJudging, clock.now - start < .seconds(1) {
      progress?.clear()
    } else {
      progress?.finish()
    }
    progress = nil
  }
}

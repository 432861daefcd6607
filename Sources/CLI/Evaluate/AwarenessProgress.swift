// SPDX-License-Identifier: Apache-2.0

import SPIN

/// Shows on standard error how far an evaluation of awareness is: a line for answers, and one for
/// verdicts where they are many enough to wait for.
final class AwarenessProgress {
  private let isQuiet: Bool
  private var progress: ItemProgress?
  private var isJudging = false
  private let clock = ContinuousClock()
  private var start: ContinuousClock.Instant

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    start = clock.now
  }

  /// Does the work that is shown; a changing line is taken away however it ends.
  func during<Result>(_ body: () throws -> Result) rethrows -> Result {
    do {
      let result = try body()
      end()
      return result
    } catch {
      progress?.clear()
      throw error
    }
  }

  /// Shows what is done with a list.
  func show(_ task: String, _ event: AwarenessEvaluation.Progress) {
    switch event {
    case .answering(let count): begin(task, count)
    case .judging(let count):
      begin("\(task) verdicts", count)
      isJudging = true
    case .answered(let tokens): progress?.advance(tokens: tokens)
    case .judged: progress?.advance()
    }
  }

  private func begin(_ name: String, _ count: Int) {
    end()
    progress = ItemProgress(name, total: count, isQuiet: isQuiet)
    isJudging = false
    start = clock.now
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

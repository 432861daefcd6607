// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// Shows the progress of training on standard error: one line that changes on a terminal, otherwise a plain
/// line every ten seconds.
final class TrainingProgressReporter {
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant
  private var isShown = false
  private let isQuiet: Bool

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    start = clock.now
    lastShown = clock.now
  }

  /// Does the work that is shown, and listens to Ctrl+C meanwhile.
  func during<Result>(_ body: () throws -> Result) throws -> Result {
    Interruption.listen()
    do {
      let result = try body()
      clear()
      if !isQuiet {
        let seconds = (clock.now - start) / .seconds(1)
        StandardError.write("train    done in \(ScoringProgressReporter.time(seconds))\n")
      }
      return result
    } catch {
      clear()
      throw error
    }
  }

  func show(_ event: TrainingEvent) {
    guard !isQuiet else { return }
    switch event {
    case .resumed(let count, let total):
      StandardError.write("train    going on after \(count) of \(total.counted("step"))\n")
    case .evaluated(let evaluation):
      clear()
      StandardError.write(
        "train    step \(evaluation.step)  held-back loss \(Decimals.significant(evaluation.loss))\n"
      )
    case .advanced(let progress):
      let interval: Duration = StandardError.isTerminal ? .milliseconds(200) : .seconds(10)
      guard clock.now - lastShown >= interval else { return }
      lastShown = clock.now
      isShown = true
      StandardError.showProgress(line(progress))
    }
  }

  /// Takes the line that changes away.
  func clear() {
    if isShown { StandardError.clearProgress() }
    isShown = false
  }

  private func line(_ progress: TrainingProgress) -> String {
    let elapsed = (clock.now - start) / .seconds(1)
    let left =
      Double(progress.totalStepCount - progress.stepCount) * elapsed
      / Double(max(1, progress.stepsDone))
    let rate = Double(progress.tokensDone) / elapsed
    return "train    step \(progress.stepCount)/\(progress.totalStepCount)  "
      + "epoch \(Decimals.text(progress.epoch, 2))  loss \(Decimals.significant(progress.loss))  "
      + "\(Decimals.text(rate, rate < 100 ? 1 : 0)) tokens/s  "
      + "\(ScoringProgressReporter.time(left)) left"
      + (Machine.peakResidentBytes.map { "  peak \(ByteCount.text($0))" } ?? "")
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// Shows the progress of a sweep on standard error.
final class SweepProgressReporter {
  private let isQuiet: Bool
  private let measures: MeasureProgressReporter
  private let scoring: ScoringProgressReporter

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    measures = MeasureProgressReporter(isQuiet: isQuiet)
    scoring = ScoringProgressReporter(isQuiet: isQuiet)
  }

  func show(_ progress: Sweep.Progress) {
    switch progress {
    case .scoring(let event): scoring.show(event)
    case .comparing(let count):
      scoring.clear()
      if !isQuiet { StandardError.write("sweep    \(count) different edits to measure\n") }
    case .measuring(let progress): measures.show(progress)
    }
  }

  /// Takes a line that changes away; needed where a sweep ends early.
  func clear() {
    scoring.clear()
    measures.clear()
  }
}

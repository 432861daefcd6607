// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// Shows the progress of a comparison on standard error.
final class ComparisonProgressReporter {
  private let isQuiet: Bool
  private let measures: MeasureProgressReporter
  private var scoring: ScoringProgressReporter
  private var training: TrainingProgressReporter

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    measures = MeasureProgressReporter(isQuiet: isQuiet)
    scoring = ScoringProgressReporter(isQuiet: isQuiet)
    training = TrainingProgressReporter(isQuiet: isQuiet)
  }

  func show(_ progress: MethodComparison.Progress) {
    switch progress {
    case .arm(let arm, let number, let count):
      clear()
      // Each arm's scoring and training has a rate of its own.
      scoring = ScoringProgressReporter(isQuiet: isQuiet)
      training = TrainingProgressReporter(isQuiet: isQuiet)
      if !isQuiet {
        StandardError.writeLine("compare  \(number) of \(count): \(arm.folder)")
      }
    case .scoring(let event): scoring.show(event)
    case .training(let event): training.show(event)
    case .measuring(let progress):
      scoring.clear()
      training.clear()
      measures.show(progress)
    }
  }

  /// Takes a line that changes away; needed where a comparison ends early.
  func clear() {
    scoring.clear()
    training.clear()
    measures.clear()
  }
}

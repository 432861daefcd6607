// SPDX-License-Identifier: Apache-2.0

import SPINTransformer

/// Counts the arithmetic that is done and the arithmetic that is left.
final class ScoringMeter {
  /// What a run has before it.
  struct Unfinished {
    var forwardTokens = 0
    var backwardTokens = 0
    var predictions = 0
  }

  let report: (ScoringEvent) -> Void
  private let layerCount: Int
  private let work: WorkPerToken
  private let perPrediction: Double
  private let recomputedShare: Double
  private var done = 0.0
  private var left = 0.0

  init(_ scorer: ImportanceScorer, report: @escaping (ScoringEvent) -> Void) {
    let configuration = scorer.decoder.configuration
    self.report = report
    layerCount = configuration.layerCount
    work = WorkPerToken(
      configuration, target: scorer.target, context: scorer.plan.meanContext)
    perPrediction = 4 * Double(configuration.vocabularySize) * Double(configuration.hiddenSize)
    let plan = scorer.plan
    recomputedShare =
      plan.wholeStateBytes == 0
      ? 0 : 1 - Double(plan.keptStateBytes) / Double(plan.wholeStateBytes)
  }

  func begin(unfinished: Unfinished) {
    left =
      Double(unfinished.forwardTokens) * work.forward
      + Double(unfinished.backwardTokens)
      * (work.backward + recomputedShare * work.preparation)
      + Double(unfinished.predictions) * perPrediction
  }

  func advance(
    _ phase: ScoringProgress.Phase, layer: Int, dataSet: String, tokens: Int,
    recomputed: Bool = false
  ) {
    let (actual, expected) =
      switch phase {
      case .forward: (work.forward, work.forward)
      case .losses: (perPrediction, perPrediction)
      case .backward:
        (
          work.backward + (recomputed ? work.preparation : 0),
          work.backward + recomputedShare * work.preparation
        )
      }
    done += Double(tokens) * actual
    left = max(0, left - Double(tokens) * expected)
    let wholePass = Double(layerCount) * (work.forward + work.backward)
    report(
      .advanced(
        ScoringProgress(
          phase: phase, layer: layer, layerCount: layerCount, dataSet: dataSet,
          operationsDone: done, operationsLeft: left, equivalentTokens: done / wholePass)))
  }
}

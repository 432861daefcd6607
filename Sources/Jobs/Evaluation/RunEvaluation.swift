// SPDX-License-Identifier: Apache-2.0

/// Measures the untouched model once, and compares each round's edit with it.
///
/// The last round's measures are in `RUN/evaluation`, those of earlier rounds in
/// `RUN/rounds/N/evaluation`.
struct RunEvaluation {
  let evaluation: ModelEvaluation
  let directory: RunDirectory
  let shouldStop: () -> Bool
  let report: (MeasureProgress) -> Void

  /// The measures of each round, in order.
  func all(_ rounds: [SuppressionRound]) throws -> [EvaluationComparison] {
    let before = try evaluation.measure(
      "before", edit: nil, into: directory.evaluation, shouldStop: shouldStop, report: report)
    return try rounds.map { round in
      let folder =
        round.number == rounds.count
        ? directory.evaluation : directory.round(round.number) + "/evaluation"
      return try evaluation.compare(
        ModelEdit(round.patch), before: before, into: folder, shouldStop: shouldStop,
        report: report)
    }
  }
}

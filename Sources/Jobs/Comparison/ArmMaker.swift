// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// Makes and measures the arms of a comparison.
struct ArmMaker {
  let comparison: MethodComparison
  let directory: String
  let shouldStop: () -> Bool
  let report: (MethodComparison.Progress) -> Void

  var request: ComparisonRequest { comparison.request }

  /// Makes an arm's edit in its folder and measures it.
  func row(_ arm: ComparisonArm, in folder: String) throws -> ComparisonRow {
    guard let rule = arm.method.rule else { return try trained(arm, in: folder) }
    return try suppressed(arm, rule, in: folder)
  }

  /// Scores, selects, and measures the patch.
  ///
  /// Arms of one seed and number of rows share their scores.
  private func suppressed(
    _ arm: ComparisonArm, _ rule: SelectionRule, in folder: String
  ) throws -> ComparisonRow {
    var selection = request.selection
    selection.rule = rule
    selection.seed = arm.seed
    selection.scale = arm.method == .spinSoft ? request.softScale : 0
    let calibration = MethodComparison.Calibration(arm)
    guard let job = comparison.scorings[calibration] else {
      preconditionFailure("no scoring for \(arm.folder)")
    }
    let run = PipelineRun(
      job: job, selection: selection,
      roundCount: arm.method == .spinIterated ? request.roundCount : 1,
      allowsEmpty: request.allowsEmpty)
    let result = try run.run(
      into: RunDirectory(
        path: folder, scores: comparison.scores(calibration, in: directory),
        ownsScores: !comparison.givenScores.contains(calibration)),
      evaluation: comparison.evaluation, shouldStop: shouldStop,
      report: { report(.scoring($0)) }, reportEvaluation: { report(.measuring($0)) })
    guard let measures = result.evaluations.last else {
      preconditionFailure("a comparison measures every arm")
    }
    return ComparisonRow(
      arm: arm, weightCount: result.patch.weightCount, parameterCount: nil, measures: measures)
  }
}

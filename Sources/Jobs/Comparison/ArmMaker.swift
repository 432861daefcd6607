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
    return try suppressed(arm, rule)
  }

  /// Scores, selects, and measures the patch.
  private func suppressed(
    _ arm: ComparisonArm, _ rule: SelectionRule
  ) throws -> ComparisonRow {
    let result = try comparison.run(of: arm, rule).run(
      into: comparison.runDirectory(of: arm, in: directory),
      evaluation: comparison.evaluation, shouldStop: shouldStop,
      report: { report(.scoring($0)) }, reportEvaluation: { report(.measuring($0)) })
    guard let measures = result.evaluations.last else {
      preconditionFailure("a comparison measures every arm")
    }
    return ComparisonRow(
      arm: arm, weightCount: result.patch.weightCount, parameterCount: nil, measures: measures)
  }
}

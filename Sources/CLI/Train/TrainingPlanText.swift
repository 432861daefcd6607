// SPDX-License-Identifier: Apache-2.0

import SPIN
import SPINJSON

/// What a training run will take, for people and as JSON.
struct TrainingPlanText {
  private let job: FullTrainingJob

  init(_ job: FullTrainingJob) { self.job = job }

  private var plan: TrainingPlan { job.plan }
  private var samples: Int { job.data.samples.count }
  private var tokens: Int { job.data.sets.reduce(0) { $0 + $1.report.tokenCount } }
  private var targets: Int { job.data.sets.reduce(0) { $0 + $1.report.responseTokenCount } }

  var text: String {
    let options = job.request.options
    var lines = [
      "data     \(samples) samples  \(tokens) tokens, \(targets) with a loss",
      "plan     \(plan.parameterCount) parameters  \(job.stepCount) steps of "
        + "\(options.samplesPerStep) samples  \(memory)",
    ]
    for set in job.data.sets { lines += warnings(set) }
    return lines.map { $0 + "\n" }.joined()
  }

  private var memory: String {
    var text = "memory \(ByteCount.text(plan.memoryBytes))"
    if plan.keepsMomentsInFile { text += "  scratch \(ByteCount.text(plan.scratchBytes))" }
    if plan.computesTwice { text += "  gradients computed twice" }
    if plan.pass.keptStateBytes < plan.wholeStateBytes { text += "  some states computed twice" }
    return text
  }

  private func warnings(_ set: CalibrationSet) -> [String] {
    let report = set.report
    return [
      (report.truncatedRows.count, "truncated to the model's positions"),
      (report.skippedRows.count, "left out as too long"),
      (report.rowsWithoutResponse.count, "left out without a response"),
    ].filter { $0.0 > 0 }.map { "data     \(set.path): \($0.0) rows \($0.1)" }
  }

  var json: JSON {
    [
      "schema": "training-plan/1", "tool_version": .string(SPINVersion.current),
      "samples": JSON(samples), "tokens": JSON(tokens), "target_tokens": JSON(targets),
      "steps": JSON(job.stepCount), "parameters": JSON(plan.parameterCount),
      "memory_bytes": JSON(plan.memoryBytes), "scratch_bytes": JSON(plan.scratchBytes),
      "gradients_computed_twice": .bool(plan.computesTwice),
      "kept_state_bytes": JSON(plan.pass.keptStateBytes),
      "whole_state_bytes": JSON(plan.wholeStateBytes),
    ]
  }
}

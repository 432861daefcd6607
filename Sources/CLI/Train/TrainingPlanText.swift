// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs

/// What a training run will take, for people and as JSON.
struct TrainingPlanText {
  let job: any TrainingJob

  private var estimate: TrainingEstimate { job.estimate }
  private var samples: Int { job.data.samples.count }
  private var tokens: Int { job.data.sets.reduce(0) { $0 + $1.report.tokenCount } }
  private var targets: Int { job.data.sets.reduce(0) { $0 + $1.report.responseTokenCount } }

  var text: String {
    let options = job.request.options
    var lines = [
      "data     \(samples.counted("sample"))  \(tokens.counted("token")), \(targets) with a loss",
      "plan     \(estimate.parameterCount.counted("parameter"))  \(job.stepCount.counted("step")) of "
        + "\(options.samplesPerStep.counted("sample"))  \(memory)",
    ]
    for set in job.data.sets { lines += warnings(set) }
    return lines.map { $0 + "\n" }.joined()
  }

  private var memory: String {
    var text = "memory \(ByteCount.text(estimate.memoryBytes))"
    if estimate.scratchBytes > 0 { text += "  scratch \(ByteCount.text(estimate.scratchBytes))" }
    if estimate.computesGradientsTwice { text += "  gradients computed twice" }
    if estimate.computesStatesTwice { text += "  some states computed twice" }
    return text
  }

  private func warnings(_ set: CalibrationSet) -> [String] {
    let report = set.report
    return [
      (report.truncatedRows.count, "truncated to the model's positions"),
      (report.skippedRows.count, "left out as too long"),
      (report.rowsWithoutResponse.count, "left out without a response"),
      (report.blankCount, "with a blank prompt or response"),
    ].filter { $0.0 > 0 }.map { "data     \(set.path): \($0.0.counted("row")) \($0.1)" }
  }

  var json: JSON {
    [
      "schema": "training-plan/1", "tool_version": .string(SPINVersion.current),
      "method": .string(job.method), "samples": JSON(samples), "tokens": JSON(tokens),
      "target_tokens": JSON(targets), "steps": JSON(job.stepCount),
      "parameters": JSON(estimate.parameterCount), "memory_bytes": JSON(estimate.memoryBytes),
      "scratch_bytes": JSON(estimate.scratchBytes),
      "gradients_computed_twice": .bool(estimate.computesGradientsTwice),
      "states_computed_twice": .bool(estimate.computesStatesTwice),
    ]
  }
}

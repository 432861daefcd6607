// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs
import SPINKernels

/// What a scoring job is about to do, for people.
struct ScoringPlanText {
  let job: ScoringJob

  var text: String {
    let plan = job.scorer.plan
    let execution = job.request.execution
    let seconds = plan.operations / MachineRates(execution).operations / 0.85
    var lines = [modelLine]
    lines += job.dataSets.map(dataLine)
    lines.append(Self.formatLine(job.promptFormat, "scored"))
    lines.append(
      "plan     \(plan.tokenCount.counted("token")), \(job.request.target.rawValue) matrices: about "
        + "\(ScoringProgressReporter.time(seconds)) on \(execution.device.description), "
        + "memory \(ByteCount.text(plan.memoryBytes)) of "
        + "\(ByteCount.text(execution.maxMemory)), scratch \(ByteCount.text(plan.scratchBytes))")
    return lines.joined(separator: "\n") + "\n"
  }

  /// The folder as it was typed; of a model in the Hugging Face cache its name and commit.
  static func name(of job: ScoringJob) -> String {
    guard let origin = job.directory.origin, let repository = origin.repository,
      let commit = origin.commit
    else { return job.request.model }
    return "\(repository)@\(commit.prefix(12))"
  }

  var modelLine: String {
    let configuration = job.decoder.configuration
    return "model    \(Self.name(of: job)): \(configuration.family.rawValue), "
      + "\(configuration.layerCount.counted("layer")) of \(configuration.hiddenSize), "
      + "\(job.decoder.weights.head.elementType.rawValue), "
      + "sha256 \(ModelDirectory.modelHash(of: job.modelFiles).prefix(12))"
  }

  /// How texts become prompts: "format   chat: scored in the checkpoint's template ..".
  ///
  /// - Parameters:
  ///   - format: The format.
  ///   - done: What is done with the texts: "scored".
  ///   - option: The option that decides it.
  static func formatLine(
    _ format: PromptFormat, _ done: String, option: String = "--prompt-format"
  ) -> String {
    switch format {
    case .raw: "format   raw: texts are \(done) unchanged, as in the paper"
    case .chat:
      "format   chat: texts are \(done) in the checkpoint's template (\(option) raw: as in the paper)"
    }
  }

  func dataLine(_ dataSet: CalibrationSet) -> String {
    let report = dataSet.report
    let counts: [(Int, String)] = [
      (report.duplicateCount, "duplicates"), (report.truncatedRows.count, "truncated"),
      (report.skippedRows.count, "skipped as too long"),
      (report.rowsWithoutResponse.count, "without response"),
      (report.blankCount, "with a blank prompt or response"),
      (report.missingLookingCount, "that pandas would read as missing"),
    ]
    let notes = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return
      "data     \(dataSet.name): \(report.sampleCount.counted("sample")), \(report.tokenCount.counted("token")), "
      + "\(report.responseTokenCount) of responses, seed \(dataSet.options.seed)"
      + (notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))")
  }

  /// The same for machines.
  var json: JSON {
    let plan = job.scorer.plan
    return [
      "tokens": JSON(plan.tokenCount), "operations": .number(plan.operations),
      "memory_bytes": JSON(plan.memoryBytes), "scratch_bytes": JSON(plan.scratchBytes),
      "kept_state_bytes": JSON(plan.keptStateBytes), "chunk_tokens": JSON(plan.chunkTokens),
      "data_sets": .array(
        job.dataSets.map { dataSet in
          let report = dataSet.report
          return [
            "name": .string(dataSet.name), "samples": JSON(report.sampleCount),
            "tokens": JSON(report.tokenCount), "response_tokens": JSON(report.responseTokenCount),
            "truncated": JSON(report.truncatedRows.count),
            "skipped": JSON(report.skippedRows.count),
            "without_response": JSON(report.rowsWithoutResponse.count),
            "duplicates": JSON(report.duplicateCount),
          ]
        }),
    ]
  }
}

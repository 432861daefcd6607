// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs
import SPINStorage

/// The result of a run, as text and as JSON.
struct RunSummary {
  let result: PipelineRun.Result
  let pipeline: PipelineRun
  let directory: RunDirectory

  func show(asJSON: Bool) {
    result.coupledSet.warnings.forEach(StandardError.warn)
    Warnings.write(result.evaluations.last?.warnings ?? [])
    if result.rounds.count < pipeline.roundCount {
      StandardError.warn(
        "round \(result.rounds.count) selected no new weight; the rounds after it were not done")
    }
    print(asJSON ? json.serialized() : text, terminator: asJSON ? "" : "\n")
  }

  /// The rows of the selection, so that the result below fits a screen with it.
  private static let rowLimit = 8

  private var text: String {
    let set = result.coupledSet
    var lines = [
      SelectionTable(
        set, showsAll: false, hint: " (\(directory.selection) has them)", rowLimit: Self.rowLimit
      ).text
    ]
    lines.append(
      "\(result.patch.weightCount.counted("weight")) in \(result.patch.tensors.count.counted("matrix")), of "
        + "\(set.matrices.reduce(0) { $0 + $1.size }) scored")
    if pipeline.roundCount > 1 {
      for round in result.rounds {
        lines.append(
          "round \(round.number)    \(round.newWeightCount) new weights, "
            + "\(round.patch.weightCount) together")
      }
    }
    lines += measures
    lines.append("selection  \(directory.selection)")
    lines.append("patch      \(directory.patch)")
    lines.append("manifest   \(directory.manifest)")
    lines.append("report     \(directory.report.html)")
    if pipeline.savesModel {
      lines.append("model      \(directory.model)")
      lines += result.copy.map(CopyText.otherCopies) ?? []
    } else if result.patch.weightCount > 0 {
      lines.append(
        "apply with: "
          + ShellText.command([
            "spin", "patch", "apply", ScoringPlanText.name(of: pipeline.job), directory.patch,
            "--out", "DIR",
          ]))
    }
    return lines.joined(separator: "\n")
  }

  /// What the last round's edit does.
  private var measures: [String] {
    guard let evaluation = result.evaluations.last else { return [] }
    let lines = OutcomeText.brief(evaluation.outcomes)
    guard !lines.isEmpty else { return [] }
    // What the report says about these numbers, by its rule of evidence.
    return [""] + lines + [""] + HeadlineText.lines(result.report.headline) + [""]
      + WrappedText.lines(Report.ruleOfEvidence) + [""]
  }

  private var json: JSON {
    [
      "schema": "run-result/1", "tool_version": .string(SPINVersion.current),
      "weights": JSON(result.patch.weightCount), "matrices": JSON(result.patch.tensors.count),
      "rounds": .array(
        result.rounds.map {
          [
            "round": JSON($0.number), "new_weights": JSON($0.newWeightCount),
            "weights": JSON($0.patch.weightCount),
          ]
        }),
      "warnings": .array(result.coupledSet.warnings.map { .string($0) }),
      "evaluation": result.evaluations.last?.json ?? .null,
      "headline": .array(
        result.report.headline.map {
          [
            "question": .string($0.question), "answer": .string($0.answer),
            "reasons": .array($0.reasons.map { .string($0) }),
            "limit": $0.limit.map { .string($0) } ?? .null,
          ]
        }),
      "selection": .string(directory.selection), "patch": .string(directory.patch),
      "manifest": .string(directory.manifest), "report": .string(directory.report.html),
      "model": pipeline.savesModel ? .string(directory.model) : .null,
      "other_copies": CopyText.json(result.copy),
      "peak_resident_bytes": Machine.peakResidentBytes.map { JSON($0) } ?? .null,
    ]
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs

/// What `spin run` is about to do: the model, the data, the formats, the selection, and every step with its
/// time.
struct RunPlanText {
  let pipeline: PipelineRun
  let evaluation: ModelEvaluation?
  let plan: WorkPlan
  let out: String

  private var job: ScoringJob { pipeline.job }
  private var reach: SelectionReach {
    SelectionReach(pipeline.selection, target: job.request.target, of: job.decoder.configuration)
  }

  var text: String {
    let scoring = ScoringPlanText(job: job)
    var lines = [scoring.modelLine] + job.dataSets.map(scoring.dataLine)
    let option = "--scoring-format"
    lines.append(
      ScoringPlanText.formatLine(
        job.promptFormat, "scored",
        option: TypedOptions(pipeline.arguments).has(option) ? option : "--prompt-format"))
    if let evaluation, !evaluation.request.questions.isEmpty || !evaluation.request.benign.isEmpty,
      evaluation.settings.promptFormat.name != job.promptFormat.name
    {
      lines.append(ScoringPlanText.formatLine(evaluation.settings.promptFormat, "asked"))
    }
    lines.append(
      "select   rule \(pipeline.selection.rule.rawValue), \(reach.summary): at most \(reach.limit.counted("weight"))"
    )
    return lines.joined(separator: "\n") + "\n"
      + WorkPlanText(plan: plan, out: out, execution: job.request.execution).text
  }

  /// Refuses work whose results do not fit on the disk.
  func requireDisk() throws {
    try WorkPlanText(plan: plan, out: out, execution: job.request.execution).requireDisk()
  }

  /// What is doubtful about the request, each with the option that changes it.
  var warnings: [String] {
    var warnings: [String] = []
    let path = job.directory.path
    let differs = evaluation.map { $0.settings.promptFormat.name != job.promptFormat.name } ?? false
    if !differs, let warning = PromptRequest.warning(job.promptFormat, ofModelAt: path) {
      warnings.append(warning)
    }
    if let evaluation, differs {
      warnings.append(
        "weights are scored in the \(job.promptFormat.name) format and questions are asked in the "
          + "\(evaluation.settings.promptFormat.name) format; --scoring-format and --prompt-format decide"
      )
    }
    func named(_ kinds: [SelectionReach.Kind]) -> String {
      kinds.map { "\($0.name) (\($0.rows)x\($0.columns))" }.joined(separator: ", ")
    }
    let empty = reach.emptyKinds
    if !empty.isEmpty, reach.limit > 0 {
      warnings.append(
        "the share is less than one weight of \(named(empty)); --count selects as many in every matrix"
      )
    }
    let unprotected = reach.unprotectedKinds
    if !unprotected.isEmpty {
      warnings.append(
        "--p is less than one weight of \(named(unprotected)): nothing is left out there for general ability; "
          + "give a larger --p, or --count")
    }
    return warnings
  }

  /// What `spin run --dry-run --json` prints.
  var document: JSON {
    [
      "schema": "run-plan/1", "tool_version": .string(SPINVersion.current),
      "model_hash": .string(ModelDirectory.modelHash(of: job.modelFiles)),
      "plan": ScoringPlanText(job: job).json, "work": plan.json,
      "selection": [
        "at_most": JSON(reach.limit),
        "matrices": .array(
          reach.kinds.map { kind in
            [
              "name": .string(kind.name), "rows": JSON(kind.rows), "columns": JSON(kind.columns),
              "matrices": JSON(kind.matrixCount), "top_q": JSON(kind.pairCount),
              "top_p": JSON(kind.generalCount),
            ]
          }),
      ],
      "scoring_format": .string(job.promptFormat.name),
      "prompt_format": evaluation.map { .string($0.settings.promptFormat.name) } ?? .null,
      "warnings": .array(warnings.map { .string($0) }),
      "evaluation": evaluation?.identity ?? .null,
    ]
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors

extension Sweep {
  /// What is said where weights were scored in another format than that in which questions are asked; nil
  /// where they were not.
  ///
  /// - Throws: `SPINError` where the scores cannot be read.
  public func formatWarning() throws -> String? {
    guard let name = grid.selections.first?.pair.first else { return nil }
    let recorded = try scores.read([name])[0].provenance.promptFormat == "raw" ? "raw" : "chat"
    guard recorded != validation.settings.promptFormat.name else { return nil }
    let text: SettingText = """
      weights were scored in the \(recorded) format and questions are asked in the \
      \(validation.settings.promptFormat.name) format; \(setting: .askedFormat) decides
      """
    return text.description
  }

  /// Everything that `run` is about to do.
  ///
  /// Selections that give the same edit are measured once, which is known only when they are made: the plan
  /// counts each.
  ///
  /// - Parameters:
  ///   - directory: The folder of the results.
  ///   - rates: How fast the machine is.
  public func plan(into directory: String, rates: MachineRates) -> WorkPlan {
    var plan = WorkPlan()
    let count = grid.selections.count * roundCount
    if let job, roundCount > 1 {
      for selection in 1...grid.selections.count {
        for round in 2...roundCount {
          plan.steps.append(
            job.plannedStep(
              "selection \(selection): round \(round)", in: scores, isFirst: false, rates: rates))
        }
      }
      plan.memoryBytes = job.scorer.plan.memoryBytes
      plan.scratchBytes = job.scorer.plan.scratchBytes
    }
    let folder = directory + "/validation"
    plan.steps += validation.plannedSteps("untouched", in: folder, rates).map {
      $0.named("choose: \($0.name)")
    }
    for step in validation.plannedSteps("edited", in: folder, rates) {
      plan.steps.append(
        PlannedStep(
          "choose: \(step.name)", "\(step.amount), for each of \(count.counted("edit")) at most",
          seconds: step.seconds.map { $0 * Double(count) }))
    }
    for side in ["before", "after"] {
      plan.steps += test.plannedSteps(side, in: directory + "/evaluation", rates).map {
        $0.named("report: \($0.name)")
      }
    }
    plan.memoryBytes = max(plan.memoryBytes, validation.memoryBytes)
    return plan
  }
}

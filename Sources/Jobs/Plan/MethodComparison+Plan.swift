// SPDX-License-Identifier: Apache-2.0

extension MethodComparison {
  /// Everything that `run` is about to do, and what of it an earlier comparison left done.
  ///
  /// - Parameters:
  ///   - directory: The folder of the results.
  ///   - rates: How fast the machine is.
  public func plan(into directory: String, rates: MachineRates) -> WorkPlan {
    var plan = WorkPlan()
    let untouched = directory + "/origin/evaluation"
    plan.steps = evaluation.plannedSteps("before", in: untouched, rates).map {
      $0.named("origin: \($0.name)")
    }
    var seen: Set<Calibration> = []
    for arm in request.arms {
      if let job = scorings[Calibration(arm)], seen.insert(Calibration(arm)).inserted {
        let folder = Calibration(arm).folder
        if givenScores.contains(Calibration(arm)) {
          plan.steps.append(PlannedStep(folder, "the scores that were given", seconds: 0))
          plan.steps += steps(of: arm, in: directory, rates)
          continue
        }
        plan.steps.append(
          job.plannedStep(
            folder, in: ScoreDirectory(path: "\(directory)/\(folder)"), rates: rates))
        plan.memoryBytes = max(plan.memoryBytes, job.scorer.plan.memoryBytes)
        plan.scratchBytes = max(plan.scratchBytes, job.scorer.plan.scratchBytes)
        plan.outputBytes += job.plannedScoreBytes
      }
      plan.steps += steps(of: arm, in: directory, rates)
      if let training = trainings[arm] {
        plan.memoryBytes = max(plan.memoryBytes, training.estimate.memoryBytes)
        plan.scratchBytes = max(plan.scratchBytes, training.estimate.scratchBytes)
        plan.outputBytes += arm.method == .full ? modelBytes : training.estimate.parameterCount * 4
      }
    }
    plan.memoryBytes = max(plan.memoryBytes, evaluation.memoryBytes)
    return plan
  }

  private var modelBytes: Int { model.directory.files.reduce(0) { $0 + $1.file.byteCount } }

  private func steps(
    of arm: ComparisonArm, in directory: String, _ rates: MachineRates
  ) -> [PlannedStep] {
    var steps: [PlannedStep] = []
    if let training = trainings[arm] {
      steps.append(training.plannedStep(arm.folder, DecoderCost(model), rates))
    }
    if arm.method == .spinIterated, let job = scorings[Calibration(arm)] {
      // The first round's scores are those of all arms with this seed.
      for round in 2..<(request.roundCount + 1) {
        let folder = RunDirectory(path: "\(directory)/\(arm.folder)").scores(ofRound: round)
        steps.append(
          job.plannedStep(
            "\(arm.folder): round \(round)", in: folder, isFirst: false, rates: rates))
      }
    }
    let rounds = arm.method == .spinIterated ? request.roundCount : 1
    for round in 1...rounds {
      let run = RunDirectory(path: "\(directory)/\(arm.folder)")
      let folder = round == rounds ? run.evaluation : run.round(round) + "/evaluation"
      var measures = evaluation.plannedSteps("after", in: folder, rates)
      if arm.method.rule != nil { measures += evaluation.plannedComparison(in: folder, rates) }
      steps += measures.map { $0.named("\(arm.folder): \($0.name)") }
    }
    return steps
  }
}

extension TrainingJob {
  /// The training as a step of a plan.
  fileprivate func plannedStep(
    _ name: String, _ cost: DecoderCost, _ rates: MachineRates
  ) -> PlannedStep {
    let tokens = Double(data.longestSample == 0 ? 0 : trainedTokens)
    // Backward passes take twice a forward pass; adapters need no gradient of the weights.
    let passes = method == "full" ? 3.0 : 2.2
    return PlannedStep(
      name, "\(stepCount.counted("step")), \(estimate.parameterCount.counted("parameter"))",
      seconds: passes * rates.forward(tokens: tokens, of: cost))
  }

  /// Tokens of all steps together.
  private var trainedTokens: Int {
    let lengths = data.samples.map(\.tokens.count)
    guard !lengths.isEmpty else { return 0 }
    let mean = Double(lengths.reduce(0, +)) / Double(lengths.count)
    return Int(mean * Double(stepCount * request.options.samplesPerStep))
  }
}

extension PlannedStep {
  func named(_ name: String) -> PlannedStep {
    PlannedStep(name, amount, seconds: seconds, items: items)
  }
}

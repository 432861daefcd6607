// SPDX-License-Identifier: Apache-2.0

import SPINDecoderNames
import SPINStorage

extension PipelineRun {
  /// Everything that `run` is about to do, and what of it an earlier run left done.
  ///
  /// - Parameters:
  ///   - directory: The folder of the results.
  ///   - evaluation: What is measured before and after the edit; nil for nothing.
  ///   - rates: How fast the machine is.
  public func plan(
    into directory: RunDirectory, evaluation: ModelEvaluation?, rates: MachineRates
  ) -> WorkPlan {
    var plan = WorkPlan()
    for number in 1...roundCount {
      let name = roundCount > 1 ? "score round \(number)" : "score"
      let scores = directory.scores(ofRound: number)
      plan.steps.append(
        job.plannedStep(name, in: scores, isFirst: number == 1, rates: rates))
    }
    let steps = evaluation.map { evaluation -> [PlannedStep] in
      let folder = directory.evaluation
      var steps = evaluation.plannedSteps("before", in: folder, rates)
      for number in 1...roundCount {
        let isLast = number == roundCount
        let after = isLast ? folder : directory.round(number) + "/evaluation"
        steps += evaluation.plannedSteps("after", in: after, rates)
        steps += evaluation.plannedComparison(in: after, rates)
      }
      return steps
    }
    plan.steps += steps ?? []
    plan.memoryBytes = max(job.scorer.plan.memoryBytes, evaluation?.memoryBytes ?? 0)
    plan.scratchBytes = job.scorer.plan.scratchBytes
    plan.outputBytes = job.plannedScoreBytes * roundCount + (savesModel ? job.modelBytes : 0)
    return plan
  }
}

extension ScoringJob {
  /// The scoring as a step of a plan.
  ///
  /// - Parameter isFirst: Whether the model is scored as it is; scores of later rounds are of a model that is
  ///   not known yet.
  func plannedStep(
    _ name: String, in scores: ScoreDirectory, isFirst: Bool = true, rates: MachineRates
  ) -> PlannedStep {
    let plan = scorer.plan
    // The part of the time that goes into products, in the benchmarks.
    let seconds = plan.operations / rates.operations / 0.85
    // What cannot be read is scored anew, or refused by the run itself.
    let isDone = isFirst && (try? scorer.isComplete(at: scores)) == true
    return PlannedStep(
      name,
      "\(plan.tokenCount.counted("token")) of \(dataSets.count.counted("data set")), \(promptFormat.name) format, "
        + "\(request.target.rawValue) matrices",
      seconds: seconds, items: (1, isDone ? 1 : 0))
  }

  /// Bytes of the score files of one round.
  var plannedScoreBytes: Int {
    let configuration = decoder.configuration
    let perLayer = MatrixName.Projection.allCases.filter {
      request.target.contains(MatrixName(layer: 0, projection: $0))
    }.reduce(0) { sum, projection in
      let (rows, columns) = configuration.shape(projection)
      // An index of eight bytes and a score of four.
      return sum + request.keep.count(rows: rows, columns: columns) * 12
    }
    return perLayer * configuration.layerCount * dataSets.count
  }

  /// Bytes of the checkpoint's weight files.
  var modelBytes: Int { directory.files.reduce(0) { $0 + $1.file.byteCount } }
}

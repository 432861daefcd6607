// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs
import SPINStorage

/// `spin score`: data sets to importance scores.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score the importance of every weight for each of several data sets.",
    discussion: """
      The score of a weight for a data set is |W| times the sum over the samples of |dL/dW|, where L is \
      the mean negative log-likelihood of the response. Only the largest scores of each matrix are \
      written, to one file per data set. An interrupted run resumes when the command is repeated. \
      Threads, memory and interruptions do not change a single bit of the result.
      """)

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @OptionGroup(title: "Data")
  var scoring: ScoringOptions

  @OptionGroup(title: "Prompts")
  var format: PromptOptions

  @OptionGroup(title: "Resources")
  var resources: ResourceOptions

  @Option(help: ArgumentHelp("The folder to write the scores to.", valueName: "dir"))
  var out: String

  @OptionGroup
  var work: WorkOptions

  func run() throws {
    let job = try ScoringJob(
      scoring.request(
        model: model.folder(isDryRun: work.dryRun), prompts: format.request, on: resources.execution
      ))
    Warnings.write(job.model.warnings)
    // What the scoring would refuse is refused before its plan is shown.
    let scores = ScoreDirectory(path: out)
    try FileSystem.requireApart(out, from: job.directory.path)
    if !work.restart { try job.scorer.requireVacant(scores) }
    let plan = ScoringPlanText(job: job)
    if !work.quiet { StandardError.write(plan.text) }
    let clock = ContinuousClock()
    let time = try clock.measure {
      if !work.dryRun {
        try ScoringRun(job: job, isQuiet: work.quiet).run(into: scores, restart: work.restart)
      }
    }
    if work.json {
      let result = ScoringResult(
        job: job, directory: work.dryRun ? nil : scores, plan: plan.json,
        seconds: time / .seconds(1))
      print(try result.text, terminator: "")
    } else if !work.dryRun {
      for dataSet in job.dataSets { printExactly(try scores.path(of: dataSet.name)) }
    }
  }
}

/// Runs a job with progress and Ctrl+C.
struct ScoringRun {
  let job: ScoringJob
  let isQuiet: Bool

  func run(into directory: ScoreDirectory, restart: Bool) throws {
    if !restart, try job.scorer.isComplete(at: directory) {
      if !isQuiet { StandardError.write("score    already done\n") }
      // Sees to what a killed run may have left besides.
      return try job.scorer.run(into: directory)
    }
    Interruption.listen()
    let reporter = ScoringProgressReporter(isQuiet: isQuiet)
    do {
      try job.scorer.run(
        into: directory, restart: restart, shouldStop: { Interruption.wasRequested },
        report: reporter.show)
    } catch {
      reporter.clear()
      throw error
    }
    reporter.finish()
  }
}

/// What `spin score --json` prints.
struct ScoringResult {
  let job: ScoringJob
  let directory: ScoreDirectory?
  let plan: JSON
  let seconds: Double

  var text: String {
    get throws {
      var object: JSONObject = [
        "schema": "score-result/1", "tool_version": .string(SPINVersion.current),
        "model_hash": .string(ModelDirectory.modelHash(of: job.modelFiles)), "plan": plan,
      ]
      if let directory {
        var scores = JSONObject()
        for dataSet in job.dataSets {
          scores[dataSet.name] = .string(try directory.path(of: dataSet.name))
        }
        object["scores"] = .object(scores)
        object["tokens"] = JSON(job.scorer.plan.tokenCount)
        object["seconds"] = .number(seconds)
        object["peak_resident_bytes"] = Machine.peakResidentBytes.map { JSON($0) } ?? .null
      }
      return JSON.object(object).serialized()
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs
import SPINStorage

/// `spin run`: the whole job.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Do the whole job: score, select, patch and measure a model.",
    discussion: """
      Prints a plan, scores, selects, and writes OUT/scores/, OUT/selection.json, OUT/patch.json, \
      OUT/manifest.json and, with --save-model, OUT/model/. With --questions or --text, measures the \
      model before and after the edit, applied in memory, and writes the results to OUT/evaluation/.

      An interrupted run resumes when the command is repeated. To extend a finished run, repeat the \
      command with a larger --question-limit, --text-limit or --task-limit, another list of questions, \
      or a further measure; only what is missing is computed. Any other change of options is refused.

        spin run Qwen2-0.5B --data privacy=privacy.csv --data fairness=fairness.csv \\
          --data general=alpaca.csv --out run --save-model \\
          --questions fairness=salad_fairness.csv --text wiki.test.raw
      """)

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @OptionGroup(title: "Data")
  var scoring: ScoringOptions

  @OptionGroup(title: "Data")
  var scoringFormat: ScoringFormatOptions

  @Option(
    help: ArgumentHelp(
      """
      Reuse the scores of an earlier run or of `spin score`, made with the same data and options, \
      instead of scoring again.
      """, valueName: "dir"))
  var scores: String?

  @OptionGroup(title: "Selection")
  var rule: SelectionOptions

  @OptionGroup(title: "Resources")
  var resources: ResourceOptions

  @Option(
    help: ArgumentHelp(
      "The number of rounds of scoring and selecting, each on the model as suppressed so far.",
      valueName: "n"))
  var rounds = 1

  @OptionGroup(title: "Evaluation")
  var evaluation: EvaluationOptions

  @Option(help: ArgumentHelp("The output folder.", valueName: "dir"))
  var out: String

  @Flag(help: "Write a patched copy of the model to OUT/model.")
  var saveModel = false

  @OptionGroup
  var copy: CopyOptions

  @OptionGroup
  var work: WorkOptions

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds must be between 1 and 100.")
    }
    guard saveModel || !copy.keepOtherCopies else {
      throw ValidationError("--keep-other-copies is for --save-model.")
    }
  }

  /// The scores of a run are in a folder of its own.
  static func scoreFolder(_ path: String) -> ScoreDirectory {
    let inner = path + "/scores"
    return ScoreDirectory(path: FileSystem.status(inner) == nil ? path : inner)
  }

  func run() throws {
    let selection = try rule.parsed(targetModule: nil, seed: scoring.seed)
    let execution = resources.execution.surveyed()
    let job = try ScoringJob(
      scoring.request(
        model: model.folder(isDryRun: work.dryRun),
        prompts: scoringFormat.request(beside: evaluation.format.request),
        on: execution))
    Warnings.write(job.model.warnings)
    try FeasibleSelection(
      selection: selection, job: job, allowsEmpty: rule.amounts.allowEmpty
    ).require()
    var request = evaluation.request(on: execution)
    request.leaveOut(promptsOf: scoring.data.map(\.file))
    request.reserve(
      for: [selection], rounds: rounds, target: job.request.target,
      of: job.decoder.configuration)
    let evaluation =
      try request.isEmpty
      ? nil
      : ModelEvaluation(
        request, of: job.model, modelFiles: job.modelFiles,
        judge: evaluation.judge.load(on: request.execution, isDryRun: work.dryRun))
    try execution.survey?.close()
    let pipeline = PipelineRun(
      job: job, selection: selection, roundCount: rounds, savesModel: saveModel,
      keepsOtherCopies: copy.keepOtherCopies,
      allowsEmpty: rule.amounts.allowEmpty, arguments: Invocation.arguments)
    let directory = RunDirectory(
      path: out, scores: scores.map(Self.scoreFolder), ownsScores: scores == nil)
    // What the run would refuse is refused before its plan is shown.
    try FileSystem.requireApart(out, from: job.directory.path)
    if !directory.ownsScores { try job.requireScores(at: directory.scores) }
    if !work.restart { try pipeline.requireSameRequest(in: directory, evaluation: evaluation) }
    try pipeline.requireVacant(directory, evaluation: evaluation)
    let rates = MachineRates(execution)
    let found = pipeline.plan(into: directory, evaluation: evaluation, rates: rates)
    let plan = RunPlanText(
      pipeline: pipeline, evaluation: evaluation,
      plan: work.restart ? found.anew { $0.name == "score" && !directory.ownsScores } : found,
      out: out)
    if !work.quiet { StandardError.write(plan.text) }
    Warnings.write(plan.warnings)
    guard !work.dryRun else {
      if work.json { print(plan.document.serialized(), terminator: "") }
      return
    }
    try plan.requireDisk()
    let result = try RunExecution(
      pipeline: pipeline, evaluation: evaluation, isQuiet: work.quiet
    ).run(into: directory, restart: work.restart)
    RunSummary(result: result, pipeline: pipeline, directory: directory).show(asJSON: work.json)
  }
}

/// Runs a pipeline with progress and Ctrl+C.
struct RunExecution {
  let pipeline: PipelineRun
  let evaluation: ModelEvaluation?
  let isQuiet: Bool

  func run(into directory: RunDirectory, restart: Bool) throws -> PipelineRun.Result {
    Interruption.listen()
    let reporter = ScoringProgressReporter(isQuiet: isQuiet)
    let measures = MeasureProgressReporter(isQuiet: isQuiet)
    do {
      let result = try pipeline.run(
        into: directory, restart: restart, evaluation: evaluation,
        shouldStop: { Interruption.wasRequested }, report: reporter.show,
        onScored: reporter.finish, reportEvaluation: measures.show)
      return result
    } catch {
      reporter.clear()
      measures.clear()
      throw error
    }
  }
}

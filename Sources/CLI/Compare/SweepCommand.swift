// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs

/// `spin sweep`: many selections compared by what they do.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Compare the edits of many selections, and report on the best.",
    discussion: """
      Selects repeatedly from stored scores, applies each edit in memory, and measures it on half of the \
      questions and every second window of the text. The edit with the highest mean rate within \
      --max-perplexity-ratio is measured once more on the other half, which played no part in the \
      choice. The controls random and general-only are measured but never chosen. --question-limit and \
      --text-limit count both halves together.

      Lists are comma-separated; a range such as 1e-7..1e-5 stands for 1, 2 and 5 times each power of \
      ten within it. An interrupted sweep resumes when the command is repeated.

        spin sweep MODEL --scores run/scores --out sweep \\
          --q 1e-7..1e-5 --rule paper,released-code,random \\
          --questions fairness=salad_fairness.csv \\
          --questions privacy=salad_privacy.csv \\
          --text wiki.test.raw --max-perplexity-ratio 1.02
      """)

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Option(help: ArgumentHelp("The folder that `spin score` wrote.", valueName: "dir"))
  var scores: String

  @OptionGroup(title: "Selections")
  var grid: GridOptions

  @OptionGroup(title: "Further rounds")
  var rounds: RoundOptions

  @OptionGroup(title: "Evaluation")
  var evaluation: EvaluationOptions

  @Option(
    help: ArgumentHelp(
      "Do not choose an edit that multiplies perplexity by more than this.", valueName: "ratio"))
  var maxPerplexityRatio: Double?

  @Option(help: "The share of the questions to choose by.")
  var validationShare = 0.5

  @Option(help: "The seed for splitting the questions.")
  var splitSeed: UInt64 = 0

  @OptionGroup(title: "Resources")
  var resources: ResourceOptions

  @Option(help: ArgumentHelp("The output folder.", valueName: "dir"))
  var out: String

  @Flag(help: "Print the plan and exit.")
  var dryRun = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(
    name: .shortAndLong,
    help: "Suppress plans and progress; results, warnings and errors are still printed.")
  var quiet = false

  @OptionGroup
  var network: NetworkOptions

  func validate() throws {
    guard !evaluation.questions.isEmpty else {
      throw ValidationError("Please give questions to choose by: --questions NAME=FILE.")
    }
    guard validationShare > 0, validationShare < 1 else {
      throw ValidationError("--validation-share must be between 0 and 1.")
    }
    if let maxPerplexityRatio {
      guard maxPerplexityRatio > 0, maxPerplexityRatio.isFinite else {
        throw ValidationError("--max-perplexity-ratio must be a number above 0.")
      }
      guard evaluation.text != nil else {
        throw ValidationError("--max-perplexity-ratio needs a text: --text FILE.")
      }
    }
  }

  func run() throws {
    let scores = ScoreDirectory(path: scores)
    let grid = try grid.grid()
    let execution = resources.execution.surveyed()
    let folder = try model.folder(isDryRun: dryRun)
    let job = try rounds.job(model: folder, scores: scores, on: execution)
    let model = try job?.model ?? LanguageModel(path: folder)
    Warnings.write(model.warnings)
    var request = evaluation.request(on: execution)
    request.reserve(
      for: grid.selections, rounds: rounds.rounds, target: .all, of: model.decoder.configuration)
    var sweep = try Sweep(
      model: model, modelFiles: try job?.modelFiles ?? model.directory.fileHashes(),
      scores: scores, grid: grid,
      request: request, judge: evaluation.judge.load(on: request.execution, isDryRun: dryRun),
      share: validationShare, seed: splitSeed)
    try execution.survey?.close()
    sweep.maxPerplexityRatio = maxPerplexityRatio
    sweep.job = job
    sweep.roundCount = rounds.rounds
    sweep.arguments = Invocation.arguments
    try FileSystem.requireApart(out, from: model.directory.path)
    // What the sweep would refuse is refused before its plan is shown.
    try sweep.requireVacant(out)
    try sweep.requireSameRequest(in: out)
    let plan = WorkPlanText(
      plan: sweep.plan(into: out, rates: MachineRates(execution)),
      out: out, execution: execution)
    if !quiet {
      StandardError.write(
        ScoringPlanText.formatLine(sweep.validation.settings.promptFormat, "asked") + "\n"
          + plan.brief)
    }
    Warnings.write(
      PromptRequest.warning(sweep.validation.settings.promptFormat, ofModelAt: model.directory.path)
    )
    Warnings.write(try sweep.formatWarning())
    guard !dryRun else {
      if json { print(plan.document("sweep-plan/1").serialized(), terminator: "") }
      return
    }
    try plan.requireDisk()
    Interruption.listen()
    let reporter = SweepProgressReporter(isQuiet: quiet)
    let result: Sweep.Result
    do {
      result = try sweep.run(
        into: out, shouldStop: { Interruption.wasRequested }, report: reporter.show)
    } catch {
      reporter.clear()
      throw error
    }
    let summary = SweepSummary(result: result, directory: out)
    Warnings.write(result.test?.warnings ?? [])
    print(json ? summary.json.serialized() : summary.text, terminator: json ? "" : "\n")
    guard result.chosen != nil else {
      throw SPINError(
        .checkFailed, at: "--max-perplexity-ratio",
        "lets no selection through; controls and selections without a weight are not candidates",
        remedy: "allow more, or choose other shares")
    }
  }
}

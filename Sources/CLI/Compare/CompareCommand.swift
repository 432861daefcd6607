// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs

/// `spin compare`: methods that change a model, measured under identical settings.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract:
      "Compare SPIN with other methods and controls, over several seeds.",
    discussion: """
      Makes the paper's comparison (table 1, figure 1b) for any model and data, with every method \
      measured under identical settings. Methods without training: origin (the unedited model), spin, \
      spin-released (what the authors' program selects), spin-iterated (several rounds), spin-soft \
      (weights reduced instead of zeroed), first and second (the weights of one data set alone), and the \
      controls general-only and random. Methods trained on --train: full (all weights), lora, dora and \
      loreft. A seed decides the calibration rows, the random weights, and the order and initial values \
      of training.

      Questions that occur among the prompts of any data that a method sees are excluded, and the \
      results say how many. Other files make other comparisons: *_unsafe_1k.csv tests malicious data \
      alone, --nsamples 100,300,1000 tests small samples, and names other than privacy and fairness test \
      other aims.

      Prints the paper's table, rates with intervals, and writes it to OUT/table.md, OUT/table.csv and \
      OUT/table.tex. Every folder OUT/METHOD-.. is a run that `spin report` reads. An interrupted \
      comparison resumes when the command is repeated.

        spin compare MODEL --methods spin,spin-released,general-only,random \\
          --seeds 0,1,2 --data privacy=privacy.csv --data fairness=fairness.csv \\
          --data general=alpaca.csv --questions fairness=salad_fairness.csv \\
          --questions privacy=salad_privacy.csv --text wiki.test.raw --out comparison
      """)

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @OptionGroup(title: "Methods")
  var methods: MethodOptions

  @OptionGroup(title: "Data")
  var data: ComparisonDataOptions

  @OptionGroup(title: "Data")
  var scoringFormat: ScoringFormatOptions

  @Option(
    help: ArgumentHelp(
      """
      Reuse the scores of an earlier run or of `spin score`, instead of scoring again, for every \
      method with the same seed, number of rows and options.
      """, valueName: "dir"))
  var scores: String?

  @OptionGroup(title: "Training")
  var training: ComparisonTrainingOptions

  @OptionGroup(title: "Evaluation")
  var evaluation: EvaluationOptions

  @OptionGroup(title: "Resources")
  var resources: ResourceOptions

  @Option(help: ArgumentHelp("The output folder.", valueName: "dir"))
  var out: String

  @Flag(help: "Discard what an earlier comparison left in the output folder and start over.")
  var restart = false

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
      throw ValidationError("Please give questions to compare by: --questions NAME=FILE.")
    }
  }

  func run() throws {
    let execution = resources.execution.surveyed()
    var request = ComparisonRequest(
      model: try model.folder(isDryRun: dryRun), data: data.data.map(\.file),
      on: execution)
    methods.fill(&request)
    data.fill(&request)
    training.fill(&request)
    request.prompts = scoringFormat.request(beside: evaluation.format.request)
    request.evaluation = evaluation.request(on: execution)
    request.arguments = Invocation.arguments
    request.scores = scores.map(RunCommand.scoreFolder)
    let comparison = try MethodComparison(
      request,
      judge: evaluation.judge.load(on: execution, isDryRun: dryRun))
    try execution.survey?.close()
    Warnings.write(comparison.warnings)
    try FileSystem.requireApart(out, from: comparison.model.directory.path)
    if !restart { try comparison.requireSameRequest(in: out) }
    try comparison.requireVacant(out)
    let rates = MachineRates(execution)
    let found = comparison.plan(into: out, rates: rates)
    let plan = WorkPlanText(
      plan: restart ? found.anew() : found, out: out, execution: execution)
    if !quiet {
      StandardError.write(
        ScoringPlanText.formatLine(comparison.evaluation.settings.promptFormat, "asked") + "\n"
          + plan.brief)
    }
    Warnings.write(
      PromptRequest.warning(
        comparison.evaluation.settings.promptFormat, ofModelAt: comparison.model.directory.path))
    guard !dryRun else {
      if json { print(plan.document("compare-plan/1").serialized(), terminator: "") }
      return
    }
    try plan.requireDisk()
    Interruption.listen()
    let reporter = ComparisonProgressReporter(isQuiet: quiet)
    let result: MethodComparison.Result
    do {
      result = try comparison.run(
        into: out, restart: restart, shouldStop: { Interruption.wasRequested },
        report: reporter.show)
    } catch {
      reporter.clear()
      throw error
    }
    let summary = ComparisonSummary(
      result: result, directory: out, judge: comparison.evaluation.judge.label)
    let warnings = result.rows.map { row in
      (row.arm.folder, row.measures.outcomes.warningsBesideCutOff)
    }
    // What is doubtful about the untouched model's answers is so in every arm.
    let shared = Set(warnings.first?.1 ?? []).intersection(warnings.last?.1 ?? [])
    Warnings.write(shared.sorted())
    for (folder, own) in warnings {
      Warnings.write(own.filter { !shared.contains($0) }.map { "\(folder): \($0)" })
    }
    Warnings.write([cutOff(result.rows)?.warning].compactMap(\.self))
    print(json ? summary.json.serialized() : summary.text, terminator: json ? "" : "\n")
  }

  /// The cut off answers of all edits, and of the untouched model once; nil without an arm.
  private func cutOff(_ rows: [ComparisonRow]) -> CutOffAnswers? {
    let sides = rows.compactMap(\.measures.outcomes.cutOff)
    guard case .pair(let untouched, _) = sides.first else { return nil }
    return sides.reduce(untouched) { $0 + $1.last }
  }
}

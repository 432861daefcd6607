// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs

/// `spin evaluate choices`.
struct ChoicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "choices",
    abstract: "Measure general ability on multiple-choice tasks.",
    discussion: """
      Ranks the choices of each item by their log-likelihood after the prompt. Prompts and metrics are \
      those of lm-eval 0.4.13: acc, acc_norm and their standard errors. Data are read from the files \
      that --task-data names. With --patch or --adapter the model is measured without and with the edit, \
      and the two are compared item by item. With --out, results and items are written in lm-eval's \
      format, and an interrupted evaluation resumes when the command is repeated.

      Tasks: \(ChoiceCatalog.names.joined(separator: ", ")); or a JSONL file of your own with context, \
      choices and gold, the index of the correct choice, counted from 0.

        spin evaluate choices MODEL --patch patch.json --out choices \\
          --task hellaswag --task-data hellaswag=hellaswag_val.jsonl \\
          --task mmlu --task-data mmlu=mmlu --task-limit 200
      """)

  @OptionGroup
  var model: ModelOptions

  @Option(
    help: ArgumentHelp("A task, given by name or as a file. Repeatable.", valueName: "name|file"))
  var task: [String]

  @Option(
    help: ArgumentHelp(
      """
      The items of a task: its evaluation split as JSONL, JSON or CSV, or a folder for mmlu. \
      Repeatable.
      """,
      valueName: "name=path"))
  var taskData: [DataArgument] = []

  @Option(
    help: ArgumentHelp(
      """
      The file or folder from which a task's few-shot examples are drawn: its training split. \
      Repeatable.
      """,
      valueName: "name=path"))
  var fewshotData: [DataArgument] = []

  @Option(help: ArgumentHelp("The number of few-shot examples before each item.", valueName: "n"))
  var numFewshot = 0

  @Option(
    help: ArgumentHelp(
      "Use only the first n items of each task, or this share of them if n is below 1.",
      valueName: "n"))
  var taskLimit: LimitArgument?

  @OptionGroup
  var output: MeasureOptions

  func validate() throws {
    guard !task.isEmpty else { throw ValidationError("Please give --task.") }
    guard numFewshot >= 0 else { throw ValidationError("--num-fewshot must not be negative.") }
    try arguments.validate()
  }

  private var arguments: ChoiceTaskArguments {
    ChoiceTaskArguments(
      tasks: task, data: ("--task-data", taskData), examples: ("--fewshot-data", fewshotData))
  }

  func run() throws {
    let evaluation = try evaluation()
    let loaded = try model.load(on: output.execution)
    var request = try self.model.request(loaded, on: output.execution)
    add(evaluation, to: &request)
    var choices = Choices(evaluation)
    choices.namesFiles = output.out != nil
    let plan = try output.plan([choices], of: loaded)
    try output.openFolder("choices", request, plan, of: loaded)
    try output.show(output.measure(plan, of: loaded), loaded)
  }

  /// Adds what these options decide.
  private func add(_ evaluation: ChoiceEvaluation, to request: inout MeasureRequest) {
    let tasks = evaluation.tasks.map(\.data)
    request.add("--task", .array(tasks.map { .string($0.task.harnessName) }), grows: true)
    for data in tasks {
      let name = data.task.harnessName
      request.add("--task-data \(name)", .string(String(data.digest.prefix(12))))
      request.add("--fewshot-data \(name)", JSON(data.examplesDigest.map { String($0.prefix(12)) }))
    }
    request.add("--num-fewshot", JSON(numFewshot))
    let limit: JSON =
      switch taskLimit?.limit {
      case .items(let count): JSON(count)
      case .share(let share): .string("\(share)")
      case nil: .null
      }
    request.add("--task-limit", limit, grows: true)
  }

  private func evaluation() throws -> ChoiceEvaluation {
    try ChoiceEvaluation(
      arguments.requests.map {
        try ChoiceCatalog.load($0.name, data: $0.data, examples: $0.examples)
      }, options: .init(exampleCount: numFewshot, limit: taskLimit?.limit))
  }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// What is measured before and after an edit; shared by `run` and `sweep`.
struct EvaluationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Measure awareness on these questions: a name and a CSV, JSONL or text file. Repeatable.
      """,
      valueName: "name=file"))
  var questions: [DataArgument] = []

  @Option(
    help: ArgumentHelp(
      """
      Measure over-refusal on these benign questions: the share of answers that refuse, as detected \
      by refusal phrases. Repeatable.
      """, valueName: "name=file"))
  var benign: [DataArgument] = []

  @Option(help: "The column that holds the questions.")
  var questionColumn = EvaluationRequest().questionColumn

  @Option(help: ArgumentHelp("Use only the first n questions of each file.", valueName: "n"))
  var questionLimit: Int?

  @Option(
    help: ArgumentHelp(
      """
      Exclude questions that also occur among the prompts of this data file, ignoring case, \
      punctuation and whitespace. The result including them is reported as well. Repeatable.
      """, valueName: "file"))
  var excludeOverlap: [String] = []

  @OptionGroup
  var format: PromptOptions

  @OptionGroup
  var judge: JudgeOptions

  @Option(help: "The maximum number of tokens in an answer.")
  var maxNewTokens = GenerationOptions().maxNewTokens

  @Option(
    help: """
      The largest number of answers to generate at once; fewer if memory requires it. Larger \
      batches are faster.
      """)
  var batchSize = EvaluationRequest().batchSize

  @Option(
    help: ArgumentHelp("Measure perplexity and divergence on this text.", valueName: "file"))
  var text: String?

  @Option(
    help: """
      The window length in tokens. (default: 2048, or the model's context length if that is shorter)
      """)
  var window: Int?

  @Option(help: ArgumentHelp("Use only the first n windows of the text.", valueName: "n"))
  var textLimit: Int?

  @Option(
    help: ArgumentHelp(
      """
      Measure how strongly the representations of the first two sets of questions depend on each \
      other, on n questions from each.
      """, valueName: "n"))
  var couplingPairs: Int?

  @Option(
    help: ArgumentHelp(
      """
      Measure general ability on this multiple-choice task, given by name or as a file. Repeatable.
      """, valueName: "name|file"))
  var task: [String] = []

  @Option(
    help: ArgumentHelp(
      "The file or folder that holds a task's items. Repeatable.", valueName: "name=path"))
  var taskData: [DataArgument] = []

  @Option(
    help: ArgumentHelp(
      "The file or folder from which a task's few-shot examples are drawn. Repeatable.",
      valueName: "name=path"))
  var fewshotData: [DataArgument] = []

  @Option(help: ArgumentHelp("The number of few-shot examples before each item.", valueName: "n"))
  var numFewshot = 0

  @Option(
    help: ArgumentHelp(
      "Use only the first n items of each task, or this share of them if n is below 1.",
      valueName: "n"))
  var taskLimit: LimitArgument?

  private var tasks: ChoiceTaskArguments {
    ChoiceTaskArguments(
      tasks: task, data: ("--task-data", taskData), examples: ("--fewshot-data", fewshotData))
  }

  func validate() throws {
    guard numFewshot >= 0 else { throw ValidationError("--num-fewshot must not be negative.") }
    try tasks.validate()
    if let couplingPairs, couplingPairs < 2 || questions.count < 2 {
      throw ValidationError("--coupling-pairs needs at least 2, and --questions twice.")
    }
    for (name, value) in [
      ("--question-limit", questionLimit), ("--text-limit", textLimit),
      ("--max-new-tokens", maxNewTokens),
    ] {
      if let value, value < 1 { throw ValidationError("\(name) must be at least 1.") }
    }
    guard (1...4096).contains(batchSize) else {
      throw ValidationError("--batch-size must be between 1 and 4096.")
    }
    if let name = Set(questions.map(\.file.name)).intersection(Awareness.reservedNames)
      .sorted().first
    {
      throw ValidationError("--questions cannot be named \"\(name)\": results have such a member.")
    }
    let names = (questions + benign).map(\.file.name)
    guard Set(names).count == names.count else {
      throw ValidationError("--questions and --benign name the same set twice.")
    }
  }

  func request(on execution: Execution) -> EvaluationRequest {
    var request = EvaluationRequest()
    request.questions = questions.map(\.file)
    request.benign = benign.map(\.file)
    request.questionColumn = questionColumn
    request.seenData = excludeOverlap.isEmpty ? nil : excludeOverlap
    request.prompts = format.request
    request.questionLimit = questionLimit
    request.generation.maxNewTokens = maxNewTokens
    request.batchSize = batchSize
    request.text = text
    request.window = window
    request.textLimit = textLimit
    request.couplingCount = couplingPairs
    request.tasks = tasks.requests
    request.choices = .init(exampleCount: numFewshot, limit: taskLimit?.limit)
    request.execution = execution
    return request
  }
}

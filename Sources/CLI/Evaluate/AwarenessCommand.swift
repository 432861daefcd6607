// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs

/// `spin evaluate awareness`.
struct AwarenessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "awareness",
    abstract: "Measure how often a model answers questions with awareness.",
    discussion: """
      Generates an answer to each question and lets a judge decide whether it shows awareness. A \
      question is put into the checkpoint's chat template if there is one, and used unchanged otherwise \
      (--prompt-format); by default the answer is the most probable continuation of at most 64 tokens. \
      With --patch or --adapter the model answers without and with the edit, and the two are compared \
      question by question.

      The judge `phrases` looks for phrases of refusal and caution that do not occur in the question \
      itself: a heuristic that needs no other model and cannot tell whether an edit helps. \
      `md-judge:DIR` is MD-Judge-v0.1, the paper's judge. `endpoint:URL` is a model behind an \
      OpenAI-compatible server; with --answers such a model can also give the answers.

      With --out an interrupted evaluation resumes when the command is repeated. A finished result is \
      never replaced by that of a different request; once it is removed, another judge judges the stored \
      answers.

        spin evaluate awareness MODEL --patch patch.json --out awareness \\
          --questions fairness=salad_fairness.csv \\
          --questions privacy=salad_privacy.csv \\
          --judge md-judge:MD-Judge-v0.1
      """)

  @OptionGroup
  var model: ModelOptions

  @OptionGroup(title: "Questions")
  var questions: QuestionOptions

  @OptionGroup(title: "Judge")
  var judge: JudgeOptions

  @OptionGroup(title: "Answers")
  var answers: AnswerServerOptions

  @OptionGroup(title: "Answers")
  var generation: GenerationFlags

  @OptionGroup
  var output: MeasureOptions

  func validate() throws {
    if answers.answers != nil, model.isEdited {
      throw ValidationError(
        "--patch and --adapter need the model here, and --answers names a server.")
    }
    if answers.answers != nil, questions.format.request.hasParts {
      throw ValidationError(
        "--system and --template-variable need the model here, and --answers names a server.")
    }
  }

  func run() throws {
    let asked = try questions.read()
    let route =
      questions.format.promptFormat == .chat ? CompletionRequest.Route.chat : .completions
    let sampling = answers.sampling(generation.options)
    if let server = try answers.model(
      model.model.text, route: route, sampling: sampling, judge: judge)
    {
      try measure(asked, server, sampling)
    } else {
      try measure(asked)
    }
  }

  /// A model here, without and with an edit.
  private func measure(_ asked: AskedQuestions) throws {
    let loaded = try model.load(on: output.execution)
    let path = loaded.untouched.directory.path
    let format = try questions.format.request.format(ofModelAt: path)
    Warnings.write(PromptRequest.warning(format, ofModelAt: path))
    let settings = try AnswerSettings(
      judge: judge.load(on: output.execution), options: generation.options, format: format,
      ofModelAt: path, batchSize: generation.batchSize)
    var request = try self.model.request(loaded, on: output.execution)
    try questions.add(asked, settings.judge, to: &request)
    request.add("--prompt-format", format)
    request.add(generation.options)
    let plan = try output.plan(asked.measures(settings), of: loaded, settings)
    try output.openFolder("awareness", request, plan, of: loaded)
    try output.show(output.measure(plan, of: loaded), loaded)
  }

  /// A model on a server.
  private func measure(
    _ asked: AskedQuestions, _ server: ServedModel, _ sampling: CompletionRequest.Sampling
  ) throws {
    let answerer = EndpointAnswerer(
      server, sampling: sampling,
      concurrency: answers.answersConcurrency ?? EndpointJudge.defaultConcurrency)
    let settings = try AnswerSettings(
      judge: judge.load(on: output.execution), options: generation.options, answeredBy: answerer)
    var request = MeasureRequest()
    request.add("MODEL", .string(server.answeringName))
    request.add("--answers", file: server.answeringName, digest: answerer.identity.digest)
    try questions.add(asked, settings.judge, to: &request)
    try settings.requireMemory(toJudge: asked.lists + asked.benign, on: output.execution)
    let measures = asked.measures(settings)
    try output.openFolder(
      "awareness", request, .init(files: measures.flatMap { $0.fileNames(nil) }))
    Interruption.listen()
    let progress = MeasureProgressReporter(isQuiet: output.quiet)
    let outcomes = try progress.during {
      try MeasuredOutcomes(
        measures,
        of: ModelAnswers(
          nil, directory: output.out, shouldStop: { Interruption.wasRequested },
          report: progress.show, answerer: { answerer }))
    }
    Warnings.write(outcomes.warnings)
    for (name, members) in outcomes.documents {
      try output.show(
        MeasureDocument(
          name, members, model: server.answeringName, modelHash: nil, arithmetic: nil, edit: nil),
        text: OutcomeText.whole(outcomes).joined(separator: "\n"))
    }
  }
}

/// The questions to ask, and what results are compared with.
struct QuestionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A set of questions: its name and a CSV, JSONL or text file. Repeatable.",
      valueName: "name=file"))
  var questions: [DataArgument]

  @Option(help: "The column that holds the questions.")
  var questionColumn = "questions"

  @Option(help: ArgumentHelp("Use only the first n questions of each file.", valueName: "n"))
  var questionLimit: Int?

  @OptionGroup
  var format: PromptOptions

  @Option(
    help: ArgumentHelp(
      """
      Exclude questions that also occur among the prompts of this data file, ignoring case, \
      punctuation and whitespace. The result including them is reported as well. Repeatable.
      """, valueName: "file"))
  var excludeOverlap: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Measure over-refusal on these benign questions: the share of answers that refuse, as detected \
      by refusal phrases. Repeatable.
      """, valueName: "name=file"))
  var benign: [DataArgument] = []

  @Option(
    help: ArgumentHelp(
      """
      Compare with another run on the same questions, such as another model's: the name of the \
      questions and an awareness-NAME-SIDE.jsonl file. Repeatable.
      """, valueName: "name=file"))
  var baseline: [DataArgument] = []

  func validate() throws {
    guard !questions.isEmpty else { throw ValidationError("Please give --questions NAME=FILE.") }
    for (flag, lists) in [("questions", questions), ("benign", benign), ("baseline", baseline)] {
      let names = lists.map(\.file.name)
      guard Set(names).count == names.count else {
        throw ValidationError("--\(flag) names the same set twice.")
      }
    }
    let names = Set(questions.map(\.file.name))
    if let name = names.intersection(Awareness.reservedNames).sorted().first {
      throw ValidationError("--questions cannot be named \"\(name)\": results have such a member.")
    }
    if let other = baseline.first(where: { !names.contains($0.file.name) }) {
      throw ValidationError("--baseline names \"\(other.file.name)\", which no --questions has.")
    }
    if let questionLimit, questionLimit < 1 {
      throw ValidationError("--question-limit must be at least 1.")
    }
  }

  /// Adds what these options decide of what was read, and who judges.
  func add(
    _ asked: AskedQuestions, _ judge: any Judge, to request: inout MeasureRequest
  ) throws {
    for (option, arguments, lists) in [
      ("--questions", questions, asked.lists), ("--benign", benign, asked.benign),
    ] {
      for (argument, list) in zip(arguments, lists) {
        request.add(
          "\(option) \(argument.file.name)", file: argument.file.path, digest: list.digest)
      }
    }
    request.add("--question-column", .string(questionColumn))
    request.add("--question-limit", questionLimit.map { JSON($0) } ?? .null, grows: true)
    request.add("--exclude-overlap", .array(asked.seenDigests.map { .string($0) }))
    for argument in baseline {
      request.add(
        "--baseline \(argument.file.name)", file: argument.file.path,
        digest: try FileDigest.sha256(ofFileAt: argument.file.path))
    }
    request.add(judge)
  }

  /// Reads all files.
  func read() throws -> AskedQuestions {
    let seen = try excludeOverlap.map {
      try QuestionOverlap.prompts(path: $0, columns: ["prompt", questionColumn])
    }
    func lists(_ arguments: [DataArgument], seen: [TextList]?) throws -> [QuestionList] {
      try arguments.map { argument in
        try QuestionList(
          name: argument.file.name, TextList(path: argument.file.path, column: questionColumn),
          limit: questionLimit, seen: seen)
      }
    }
    return AskedQuestions(
      lists: try lists(questions, seen: seen.isEmpty ? nil : seen),
      benign: try lists(benign, seen: nil), seenDigests: seen.map(\.digest).sorted(),
      baselines: Dictionary(
        try baseline.map { ($0.file.name, try .init(path: $0.file.path)) },
        uniquingKeysWith: { first, _ in first }))
  }
}

/// The questions of a command, read.
struct AskedQuestions {
  let lists: [QuestionList]
  let benign: [QuestionList]
  /// The SHA-256 of each file whose prompts are left out of the questions, sorted.
  let seenDigests: [String]
  let baselines: [String: AwarenessOutcome.Baseline]

  /// What is measured with them.
  func measures(_ settings: AnswerSettings) -> [any MeasureOfAnswers] {
    var awareness = Awareness(lists, settings)
    awareness.baselines = baselines
    return [awareness] + (benign.isEmpty ? [] : [Refusals(benign, settings)])
  }
}

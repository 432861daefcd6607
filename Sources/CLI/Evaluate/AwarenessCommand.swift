// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPIN
import SPINJSON

/// `spin evaluate awareness`.
struct AwarenessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "awareness",
    abstract: "Measure how many questions a model answers with awareness.",
    discussion: """
      Each question goes to the model in its chat template, or as it stands where it has none \
      (--prompt-format); the answer, the most probable continuation of at most 64 tokens, is judged. With --patch or --adapter the model answers without and \
      with the edit, and the two are compared question by question. The judge `phrases` looks for words of refusal \
      and caution that are not the question's own: a heuristic that needs no other model and cannot say \
      whether an edit helps. `md-judge:DIR` is MD-Judge-v0.1, the judge \
      of the paper; `endpoint:URL` is a model behind an OpenAI-compatible server, and --answers lets \
      such a model answer. With --out an interrupted evaluation resumes when the command is repeated. A \
      finished result is not replaced by that of another request; where it is removed, another judge \
      judges the answers that are there.

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
    var measurement = AwarenessMeasurement(judge: PhraseJudge())
    try questions.read(into: &measurement)
    measurement.options = generation.options
    measurement.batchSize = generation.batchSize
    measurement.execution = output.execution
    measurement.directory = output.out
    Interruption.listen()
    let route =
      questions.format.promptFormat == .chat ? CompletionRequest.Route.chat : .completions
    let sampling = answers.sampling(generation.options)
    if let server = try answers.model(
      model.model.text, route: route, sampling: sampling, judge: judge)
    {
      try measure(&measurement, server, sampling)
    } else {
      try measure(&measurement)
    }
  }

  /// A model here, without and with an edit.
  private func measure(_ measurement: inout AwarenessMeasurement) throws {
    let loaded = try model.load(on: output.execution)
    let model = loaded.untouched
    measurement.format = try questions.format.request.format(ofModelAt: model.directory.path)
    Warnings.write(PromptRequest.warning(measurement.format, ofModelAt: model.directory.path))
    measurement.judge = try judge.load(on: output.execution)
    var request = try self.model.request(loaded, on: output.execution)
    try questions.add(measurement, to: &request)
    request.add("--prompt-format", measurement.format)
    request.add(measurement.options)
    try measurement.requireMemory(of: model, on: loaded.besideTheEdit(output.execution))
    try output.openFolder("awareness", request, apartFrom: [model.directory.path])
    let progress = AwarenessProgress(isQuiet: output.quiet)
    let result = try progress.during {
      try measurement.run(
        on: model, modelHash: loaded.modelHash(),
        edited: loaded.edit.map { (loaded.model, $0.digest) },
        shouldStop: { Interruption.wasRequested }, report: progress.show)
    }
    Warnings.write(result.warnings)
    try output.show("awareness", result.json, loaded, text: result.text)
  }

  /// A model on a server.
  private func measure(
    _ measurement: inout AwarenessMeasurement, _ server: ServedModel,
    _ sampling: CompletionRequest.Sampling
  ) throws {
    measurement.judge = try judge.load(on: output.execution)
    let answerer = EndpointAnswerer(
      server, sampling: sampling,
      concurrency: answers.answersConcurrency ?? EndpointJudge.defaultConcurrency)
    var request = MeasureRequest()
    request.add("MODEL", .string(server.answeringName))
    request.add("--answers", file: server.answeringName, digest: answerer.identity.digest)
    try questions.add(measurement, to: &request)
    try measurement.requireMemory()
    try output.openFolder("awareness", request)
    let progress = AwarenessProgress(isQuiet: output.quiet)
    let result = try progress.during {
      try measurement.run(
        answeredBy: answerer, shouldStop: { Interruption.wasRequested }, report: progress.show)
    }
    Warnings.write(result.warnings)
    try output.show(
      MeasureDocument(
        "awareness", result.json, model: server.answeringName, modelHash: nil, arithmetic: nil,
        edit: nil),
      text: result.text)
  }
}

/// Which questions are asked, and what they are held against.
struct QuestionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Questions: a name and a CSV, JSONL or text file. Repeatable.", valueName: "name=file"))
  var questions: [DataArgument]

  @Option(help: "The column of the questions.")
  var questionColumn = "questions"

  @Option(help: ArgumentHelp("Only the first questions of each file.", valueName: "n"))
  var questionLimit: Int?

  @OptionGroup
  var format: PromptOptions

  @Option(
    help: ArgumentHelp(
      "Leave out questions that stand among the prompts of this data file, up to case, punctuation "
        + "and whitespace; the result with them is shown too. Repeatable.", valueName: "file"))
  var excludeOverlap: [String] = []

  @Option(
    help: ArgumentHelp(
      "Questions that nobody needs to refuse: how many are refused is told by phrases of refusal. "
        + "Repeatable.", valueName: "name=file"))
  var benign: [DataArgument] = []

  @Option(
    help: ArgumentHelp(
      "Compare with another run on the same questions, such as another model's: the name of the "
        + "questions and an awareness-NAME-SIDE.jsonl. Repeatable.", valueName: "name=file"))
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
    if let name = names.intersection(AwarenessResult.reservedNames).sorted().first {
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
  func add(_ measurement: AwarenessMeasurement, to request: inout MeasureRequest) throws {
    for (option, arguments, lists) in [
      ("--questions", questions, measurement.lists), ("--benign", benign, measurement.benign),
    ] {
      for (argument, list) in zip(arguments, lists) {
        request.add(
          "\(option) \(argument.file.name)", file: argument.file.path, digest: list.digest)
      }
    }
    request.add("--question-column", .string(questionColumn))
    request.add("--question-limit", questionLimit.map { JSON($0) } ?? .null, grows: true)
    let seen = (measurement.seenData ?? []).map(\.digest).sorted()
    request.add("--exclude-overlap", .array(seen.map { .string($0) }))
    for argument in baseline {
      request.add(
        "--baseline \(argument.file.name)", file: argument.file.path,
        digest: try FileDigest.sha256(ofFileAt: argument.file.path))
    }
    request.add(measurement.judge)
  }

  /// Reads all files.
  func read(into measurement: inout AwarenessMeasurement) throws {
    func lists(_ arguments: [DataArgument]) throws -> [AwarenessMeasurement.QuestionList] {
      try arguments.map { argument in
        try ScoreDirectory.checkName(argument.file.name)
        let list = try TextList(path: argument.file.path, column: questionColumn)
        return .init(name: argument.file.name, list, limit: questionLimit)
      }
    }
    measurement.lists = try lists(questions)
    measurement.benign = try lists(benign)
    if !excludeOverlap.isEmpty {
      measurement.seenData = try excludeOverlap.map {
        try QuestionOverlap.prompts(path: $0, columns: ["prompt", questionColumn])
      }
    }
    for argument in baseline {
      measurement.baselines[argument.file.name] = try .init(path: argument.file.path)
    }
  }
}

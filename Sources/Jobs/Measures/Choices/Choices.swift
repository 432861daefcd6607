// SPDX-License-Identifier: Apache-2.0

public import SPINChoices
public import SPINEvaluation
public import SPINJSON

/// General ability: multiple-choice tasks, the choices ranked by their likelihood.
public struct Choices: Measure {
  /// What was found of one model, and the file with its results in the form of lm-eval.
  public struct Result: Sendable {
    let results: ChoicesResult
    let file: String?
  }

  /// "choices".
  public let name = "choices"
  /// The tasks, with their items.
  public let tasks: ChoiceEvaluation
  /// Whether the document names the files with the results in the form of lm-eval, whose names hold the time.
  public var namesFiles = false
  private var names: [String] = []

  /// Measures the given tasks.
  public init(_ tasks: ChoiceEvaluation) { self.tasks = tasks }

  /// A digest of every prompt and option.
  public var identity: JSONObject { ["tasks": .string(tasks.digest)] }

  /// "400 multiple-choice items".
  public var summary: String? { "\(tasks.itemCount) multiple-choice items" }

  /// The journal of a side's answers.
  public func fileNames(_ side: String?) -> [String] {
    ChoiceSide(side).map { [$0.fileName] } ?? []
  }

  /// The folder of the model, where files of results have the time in their names.
  public func folderNames(_ side: String?, model: String) -> [String] {
    ChoiceSide(side).map { [HarnessResults.sanitized($0.name(ofModel: model))] } ?? []
  }

  /// Ranks the choices of all items; with a folder, writes the results there as lm-eval does.
  ///
  /// - Throws: `SPINError` for a choice that cannot be told from its prompt, and where the folder holds answers of
  ///   another model or edit.
  public func measure(_ side: MeasuredSide) throws -> Result {
    var isBegun = false
    func show(_ progress: ChoiceEvaluation.Progress) {
      switch progress {
      case .asking(let task, let items):
        if isBegun { side.report(.ended) }
        isBegun = true
        side.report(.began(side.title(task), count: items))
      case .asked(let tokens): side.report(.advanced(tokens: tokens))
      }
    }
    defer { if isBegun { side.report(.ended) } }
    guard let directory = side.directory else {
      let results = try tasks.measure(
        side.model, on: side.execution, shouldStop: side.shouldStop, report: show)
      return Result(results: results, file: nil)
    }
    let subject = ChoiceSubject(
      side: side.edit != nil ? .after : side.name == nil ? .result : .before,
      name: ResultFile.modelName(at: "\(directory)/choices.json", hash: side.modelHash)
        ?? side.model.directory.name,
      modelHash: side.modelHash, edit: side.edit)
    let (results, file) = try tasks.measure(
      side.model, as: subject, in: directory, tool: SPINVersion.tool, on: side.execution,
      shouldStop: side.shouldStop, report: show)
    return Result(results: results, file: file)
  }

  /// The scores of all tasks, and with an edit their changes.
  public func outcome(
    of results: Sides<Result>, _ models: ComparedModels?
  ) -> ChoicesOutcome? {
    var outcome =
      switch results {
      case .single(let result): ChoicesOutcome(tasks, result: result.results)
      case .pair(let before, let after):
        ChoicesOutcome(tasks, before: before.results, after: after.results)
      }
    if namesFiles {
      outcome.files = zip(outcome.sides.map(\.side), results.all.map(\.file)).compactMap {
        side, file in file.map { (side, $0) }
      }
    }
    return outcome
  }

  /// The memory of the items of any task.
  ///
  /// - Throws: `SPINError` with code `usage` where the budget is too small for one item at a time.
  public func plannedBytes(of model: PlannedModel) throws -> Int {
    try tasks.plannedBytes(of: model.model, on: model.execution)
  }

  /// A pass over all prompts and choices.
  public func plannedSteps(_ side: String, of model: PlannedModel) -> [PlannedStep] {
    guard let rates = model.rates else { return [] }
    // Texts of English are near four bytes a token; choices share their context.
    let bytes = tasks.tasks.flatMap(\.prompts).reduce(0) { sum, prompt in
      sum + prompt.context.utf8.count + prompt.continuations.reduce(0) { $0 + $1.utf8.count }
    }
    return [
      PlannedStep(
        "tasks \(side)", "\(tasks.itemCount) multiple-choice items",
        seconds: rates.forward(tokens: Double(bytes) / 4, of: model.cost))
    ]
  }
}

extension Choices: RequestedMeasure {
  static let absent = AbsentMeasure(
    identity: ["tasks": .null], record: ["choices": .null], summary: SummaryKeys("accuracy"))

  init?(_ context: MeasureContext) throws {
    let request = context.request
    // Edits are chosen by awareness and perplexity.
    if case .validation = context.part { return nil }
    guard !request.tasks.isEmpty else { return nil }
    let sets = try request.tasks.map {
      try ChoiceCatalog.load($0.name, data: $0.data, examples: $0.examples)
    }
    tasks = try ChoiceEvaluation(sets, options: request.choices)
    names = request.tasks.map(\.name)
  }

  var requestEntries: [RequestRecord.Entry] {
    [
      .init(
        option: "--task", value: .array(names.map { .string($0) }), part: .evaluation, grows: true),
      .init(option: "--num-fewshot", value: JSON(tasks.options.exampleCount), part: .evaluation),
      .init(
        option: "--task-limit", value: tasks.isLimited ? JSON(tasks.itemCount) : .null,
        part: .evaluation, grows: true),
    ]
  }
}

extension ChoicesOutcome: MeasureOutcome {
  /// The results of the tasks; empty for one model.
  public var record: JSONObject { sides.count == 2 ? ["choices": json["tasks"] ?? .null] : [:] }

  /// The accuracy of each task and group of tasks by its first metric.
  public var quantities: [MeasuredQuantity] {
    rows.compactMap { row in
      guard row.group == nil else { return nil }
      let values = row.scores.compactMap { _, scores in
        scores.first.map { score in
          let successes = Int(saturating: score.value * Double(score.count))
          return MeasuredQuantity.Value(
            score.value,
            .wilson(successes: min(max(0, successes), score.count), count: score.count),
            count: score.count)
        }
      }
      guard let last = values.last else { return nil }
      let change = row.comparisons.first
      return MeasuredQuantity(
        row.name, title: "\(row.name) accuracy", items: "questions", scale: .share,
        values.count == 2 ? .pair(before: values[0], after: last) : .single(last),
        change: change.map { .init(.init($0.change, $0.test), pValue: $0.reportedPValue) })
    }
  }
}

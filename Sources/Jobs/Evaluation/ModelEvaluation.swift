// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINEvaluation
public import SPINExecution
import SPINGeneration
public import SPINJSON
public import SPINLanguageModel
import SPINStorage

/// Measures one loaded model with different edits, without changing its files.
///
///     let evaluation = try ModelEvaluation(
///       request, of: model, modelFiles: hashes, judge: PhraseJudge())
///     let edit = ModelEdit(patch)
///     let before = try evaluation.measure("before", edit: nil, into: "run/evaluation")
///     let after = try evaluation.measure("after", edit: edit, into: "run/evaluation")
///     let change = try evaluation.compare(before, after, edit: edit, into: "run/evaluation")
///
/// Finished items are stored in the folder: after an interruption the same calls resume.
public struct ModelEvaluation: Sendable {
  /// What is measured, in order.
  public let measures: [any Measure]
  /// The request.
  public let request: EvaluationRequest
  /// The part of questions and windows that is measured.
  public let part: EvaluationPart
  /// How questions are answered, and the judge.
  public let settings: AnswerSettings
  /// The SHA-256 of each file whose prompts are left out of the questions, sorted.
  let seenDigests: [String]
  let model: LanguageModel
  private let modelHash: String
  /// The most bytes that a measure takes within the memory budget.
  let memoryBytes: Int

  /// The judge of the answers.
  public var judge: any Judge { settings.judge }

  /// Reads the data of the measures.
  ///
  /// - Parameters:
  ///   - request: What to measure.
  ///   - part: The part of questions and windows.
  ///   - more: Measures of your own, in addition to those that the request asks for.
  ///   - model: The model, without an edit.
  ///   - modelFiles: The SHA-256 of each weight file, by name.
  ///   - judge: The judge of the answers.
  /// - Throws: `SPINError` for a file that is missing or malformed, and where the memory budget is too small.
  public init(
    _ request: EvaluationRequest, part: EvaluationPart = .whole, and more: [any Measure] = [],
    of model: LanguageModel, modelFiles: [String: String], judge: any Judge
  ) throws {
    let format = try request.prompts.format(ofModelAt: model.directory.path)
    let settings = AnswerSettings(
      judge: judge, options: request.generation, format: format,
      ofModelAt: model.directory.path, batchSize: request.batchSize)
    let seen = try request.seenData?.map {
      try QuestionOverlap.prompts(path: $0, columns: ["prompt", request.questionColumn])
    }
    func lists(_ files: [ScoringRequest.DataFile], seen: [TextList]?) throws -> [QuestionList] {
      try files.map { file in
        try QuestionList(
          name: file.name, TextList(path: file.path, column: request.questionColumn),
          limit: request.questionLimit, part: part, seen: seen)
      }
    }
    let text = try request.text.map {
      var text = try TextEvaluation(path: $0, window: request.window, limit: request.textLimit)
      text.part = part.windows
      // A text that is too short is found out before anything is computed.
      return (evaluation: text, windows: try TextWindowCount(text, of: model))
    }
    let measures = try MeasureCatalog.measures(
      MeasureContext(
        request: request, part: part, model: model, settings: settings,
        lists: lists(request.questions, seen: seen), benign: lists(request.benign, seen: nil),
        text: text))
    try self.init(
      measures + more, request, part, settings, seen: (seen ?? []).map(\.digest).sorted(),
      of: model, modelHash: ModelDirectory.modelHash(of: modelFiles))
  }

  /// Prepares given measures of a model.
  ///
  /// - Parameters:
  ///   - measures: The measures, in order.
  ///   - model: The model, without an edit.
  ///   - modelHash: The hash of its files, as `ModelDirectory.modelHash` gives it.
  ///   - settings: How questions are answered and who judges; nil where no measure needs answers.
  ///   - execution: The device and memory budget to compute with.
  /// - Throws: `SPINError` where the memory budget is too small.
  public init(
    _ measures: [any Measure], of model: LanguageModel, modelHash: String,
    settings: AnswerSettings? = nil, on execution: Execution
  ) throws {
    let settings =
      settings
      ?? AnswerSettings(
        judge: PhraseJudge(), options: GenerationOptions(), format: .raw,
        ofModelAt: model.directory.path)
    var request = EvaluationRequest()
    request.execution = execution
    try self.init(measures, request, .whole, settings, seen: [], of: model, modelHash: modelHash)
  }

  private init(
    _ measures: [any Measure], _ request: EvaluationRequest, _ part: EvaluationPart,
    _ settings: AnswerSettings, seen: [String], of model: LanguageModel, modelHash: String
  ) throws {
    self.measures = measures
    self.request = request.withoutReserve
    self.part = part
    self.settings = settings
    seenDigests = seen
    self.model = model
    self.modelHash = modelHash
    let planned = PlannedModel(
      model: model, execution: request.execution, directory: "", rates: nil)
    memoryBytes = try measures.map { try $0.plannedBytes(of: planned) }.max() ?? 0
  }

  /// What is measured, in a few words: "2165 fairness and 657 privacy questions, a text".
  public var summary: String {
    let questions = measures.flatMap(\.questionCounts).joined(separator: " and ")
    return ([questions.isEmpty ? nil : questions + " questions"] + measures.map(\.summary))
      .compactMap(\.self).joined(separator: ", ")
  }

  /// Everything that decides the results, besides model and edit.
  public var identity: JSON {
    var object = MeasureCatalog.absent(\.identity)
    for measure in measures {
      for (key, value) in measure.identity.members { object[key] = value }
    }
    object["prompts"] = settings.format?.identity ?? .null
    object["judge"] = judge.identity
    object["generation"] = settings.options.json
    object["part"] = part.json
    return .object(object)
  }

  /// What the measures of some sides write into a folder: entries of others are found before any work.
  ///
  /// - Parameter sides: "before", "after"; nil where there is no other side.
  package func contents(_ sides: [String?] = ["before", "after"]) -> OutputFolder.Contents {
    let files = measures.flatMap { measure in
      [measure.document + ".json"] + sides.flatMap { measure.fileNames($0) }
    }
    let folders = measures.flatMap { measure in
      sides.flatMap { measure.folderNames($0, model: model.directory.name) }
    }
    return OutputFolder.Contents(
      files: Set(files).sorted(), folders: Set(folders).sorted())
  }

  /// Measures the model with an edit, or without one.
  ///
  /// - Parameters:
  ///   - side: "before" or "after", as the files are named; nil where there is no other side.
  ///   - title: The side's name in progress and reports; nil for the same.
  ///   - edit: The edit; nil for the untouched model.
  ///   - edited: The model with the edit, where it is in memory already.
  ///   - other: The side of a model that probably answers alike, such as the unedited one: it saves time, and no result
  ///     depends on it.
  ///   - directory: The folder for items; nil to store none.
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Called with each progress event.
  /// - Throws: `SPINError` as the measures do.
  public func measure(
    _ side: String?, as title: String? = nil, edit: ModelEdit?, edited: LanguageModel? = nil,
    like other: EvaluationSide? = nil, into directory: String?,
    shouldStop: @escaping () -> Bool = { false },
    report: @escaping (MeasureProgress) -> Void = { _ in }
  ) throws -> EvaluationSide {
    var execution = request.execution
    // Pages that an edit changed stay in memory while the untouched model is measured.
    if edit == nil { execution.reservedBytes += edited?.decoder.weights.privateByteCount ?? 0 }
    let model =
      if let edit { try edited ?? edit.edited(self.model) } else { self.model }
    let answers = ModelAnswers(
      side, as: title, directory: directory, shouldStop: shouldStop, report: report
    ) {
      [settings, modelHash] in
      try QuestionAnswering(
        model, modelHash: modelHash, edit: edit?.digest, options: settings.options,
        format: settings.promptFormat, on: execution, batchSize: settings.batchSize,
        drafts: other?.answers ?? [:])
    }
    let measured = MeasuredSide(
      name: side, label: title ?? side, model: model, modelHash: modelHash, edit: edit?.digest,
      directory: directory, execution: execution, answers: answers, shouldStop: shouldStop,
      report: report)
    return EvaluationSide(
      results: try measures.map { try $0.anyResult(measured) }, answers: answers.byQuestion)
  }

  /// The outcomes for a model without an edit.
  ///
  /// - Throws: `SPINError` as the measures do.
  public func outcomes(_ side: EvaluationSide) throws -> MeasuredOutcomes {
    try outcomes(.single(side), nil)
  }

  /// Measures the model without an edit and with it, compares the two and writes the documents of all measures.
  ///
  /// - Parameters:
  ///   - edit: The edit.
  ///   - before: What was measured of the unedited model; nil to measure it.
  ///   - directory: The folder for items and documents.
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Called with each progress event.
  /// - Throws: `SPINError` as the measures do.
  public func compare(
    _ edit: ModelEdit, before: EvaluationSide? = nil, into directory: String,
    shouldStop: @escaping () -> Bool = { false },
    report: @escaping (MeasureProgress) -> Void = { _ in }
  ) throws -> EvaluationComparison {
    let before =
      try before
      ?? measure("before", edit: nil, into: directory, shouldStop: shouldStop, report: report)
    let after = try measure(
      "after", edit: edit, like: before, into: directory, shouldStop: shouldStop, report: report)
    return try compare(
      before, after, edit: edit, into: directory, shouldStop: shouldStop, report: report)
  }

  /// Compares two sides and writes the documents of all measures.
  ///
  /// - Parameters:
  ///   - before: The side of the unedited model.
  ///   - after: The side of the edited model.
  ///   - edit: The edit.
  ///   - directory: The folder for the documents: `awareness.json`, `perplexity.json`, `divergence.json`.
  ///   - shouldStop: Checked now and then.
  ///   - report: Called with each progress event.
  public func compare(
    _ before: EvaluationSide, _ after: EvaluationSide, edit: ModelEdit, into directory: String,
    shouldStop: @escaping () -> Bool = { false },
    report: @escaping (MeasureProgress) -> Void = { _ in }
  ) throws -> EvaluationComparison {
    let comparison = try comparison(
      before, after, edit: edit, into: directory, shouldStop: shouldStop, report: report)
    for (name, members) in comparison.outcomes.documents {
      try MeasureDocument(
        name, members, model: model.directory.name, modelHash: modelHash,
        origin: model.directory.origin, arithmetic: request.execution.arithmetic,
        edit: edit.summary
      ).write(into: directory)
    }
    return comparison
  }

  /// Compares two sides and writes no document.
  ///
  /// - Parameters: As above; `directory` takes items of measures that look at both models at once.
  public func comparison(
    _ before: EvaluationSide, _ after: EvaluationSide, edit: ModelEdit,
    edited: LanguageModel? = nil, into directory: String?,
    shouldStop: @escaping () -> Bool = { false },
    report: @escaping (MeasureProgress) -> Void = { _ in }
  ) throws -> EvaluationComparison {
    let models = ComparedModels(
      untouched: model, modelHash: modelHash, edit: edit, edited: edited, directory: directory,
      execution: request.execution, shouldStop: shouldStop, report: report)
    return EvaluationComparison(
      outcomes: try outcomes(.pair(before: before, after: after), models), after: after)
  }

  /// Compares the results of two models without running either again.
  func comparison(
    _ before: EvaluationSide, _ after: EvaluationSide
  ) throws -> EvaluationComparison {
    EvaluationComparison(
      outcomes: try outcomes(.pair(before: before, after: after), nil), after: after)
  }

  /// The numbers of one role, from one model to another.
  func comparison(
    _ before: EvaluationSide, _ after: EvaluationSide, by role: MeasuredQuantity.Role
  ) throws -> [MeasuredQuantity] {
    try comparison(before, after).outcomes.quantities(role)
  }

  private func outcomes(
    _ sides: Sides<EvaluationSide>, _ models: ComparedModels?
  ) throws -> MeasuredOutcomes {
    MeasuredOutcomes(
      entries: try measures.enumerated().compactMap { place, measure in
        try measure.anyOutcome(sides.map { $0.results[place] }, models).map { .init(measure, $0) }
      })
  }

  /// The cost of measuring one side.
  ///
  /// - Parameters:
  ///   - side: "before", "after", or what else the files are named by.
  ///   - directory: Where an earlier run may have left finished items.
  ///   - rates: How fast the machine is.
  func plannedSteps(_ side: String, in directory: String, _ rates: MachineRates) -> [PlannedStep] {
    let planned = planned(directory, rates)
    return measures.flatMap { $0.plannedSteps(side, of: planned) }
  }

  /// The cost of measures that need both models at once.
  func plannedComparison(in directory: String, _ rates: MachineRates) -> [PlannedStep] {
    let planned = planned(directory, rates)
    return measures.compactMap { $0.plannedComparison(of: planned) }
  }

  private func planned(_ directory: String, _ rates: MachineRates) -> PlannedModel {
    PlannedModel(model: model, execution: request.execution, directory: directory, rates: rates)
  }
}

extension Measure {
  fileprivate func anyResult(_ side: MeasuredSide) throws -> any Sendable { try measure(side) }

  fileprivate func anyOutcome(
    _ results: Sides<any Sendable>, _ models: ComparedModels?
  ) throws -> (any MeasureOutcome)? {
    try outcome(
      of: results.map { result in
        guard let result = result as? Result else {
          preconditionFailure("\(name) was given what another measure found")
        }
        return result
      }, models)
  }
}

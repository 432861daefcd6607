// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
import SPINJSON
import SPINStorage

/// Measures one loaded model with different edits on it, the files untouched.
///
///     let evaluation = try ModelEvaluation(
///       request, of: model, modelFiles: hashes, judge: PhraseJudge())
///     let edit = ModelEdit(patch)
///     let before = try evaluation.measure("before", edit: nil, into: "run/evaluation")
///     let after = try evaluation.measure("after", edit: edit, into: "run/evaluation")
///     let change = try evaluation.compare(before, after, edit: edit, into: "run/evaluation")
///
/// Finished items are kept in the folder: after an interruption the same calls go on.
public struct ModelEvaluation {
  /// What is done, for whoever shows it.
  public enum Progress: Sendable, Equatable {
    /// A measure begins, of so many items.
    case began(String, count: Int)
    /// An item is done, with so many tokens, 0 where nobody counts them.
    case advanced(tokens: Int)
    /// Some items that are not done are computed in part: so many items' worth.
    case partly(Double)
    /// The measure is done.
    case ended
  }

  /// What is measured.
  public let request: EvaluationRequest
  /// The part of it.
  public let part: EvaluationPart
  /// The judge of the answers.
  public let judge: any Judge
  let model: LanguageModel
  let modelHash: String
  let lists: [QuestionList]
  let benign: [QuestionList]
  /// The SHA-256 of each file whose prompts are left out of the questions, sorted.
  let seenDigests: [String]
  /// How questions become prompts.
  public let format: PromptFormat
  let text: TextEvaluation?
  let pairs: QuestionPairs?
  let tasks: ChoiceEvaluation?
  /// The windows of the text and their tokens; nil without a text.
  let windowCount: (count: Int, size: Int)?

  /// Bytes of memory that the measures stay below.
  let memoryBytes: Int

  /// Questions of one kind.
  struct QuestionList: Sendable {
    let name: String
    let digest: String
    let questions: [String]
    /// Where each question is, for messages.
    let places: [String]
    /// Which of them stand in data that the edit was made with; nil where nobody asked.
    let overlap: QuestionOverlap?
  }

  /// Reads what is to be measured with.
  ///
  /// - Parameters:
  ///   - request: What to measure.
  ///   - part: The part of questions and windows.
  ///   - model: The model, with no edit on it.
  ///   - modelFiles: The SHA-256 of each weight file, by name.
  ///   - judge: Who judges answers.
  /// - Throws: `SPINError` for a file that is missing or malformed.
  public init(
    _ request: EvaluationRequest, part: EvaluationPart = .whole, of model: LanguageModel,
    modelFiles: [String: String], judge: any Judge
  ) throws {
    self.request = request.withoutReserve
    self.part = part
    self.judge = judge
    self.model = model
    modelHash = ModelDirectory.modelHash(of: modelFiles)
    format = try request.prompts.format(ofModelAt: model.directory.path)
    let seen = try request.seenData?.map {
      try QuestionOverlap.prompts(path: $0, columns: ["prompt", request.questionColumn])
    }
    seenDigests = (seen ?? []).map(\.digest).sorted()
    func lists(_ files: [ScoringRequest.DataFile], seen: [TextList]?) throws -> [QuestionList] {
      try files.map { file in
        try ScoreDirectory.checkName(file.name)
        let list = try TextList(path: file.path, column: request.questionColumn)
        let texts = Array(list.texts.prefix(request.questionLimit ?? list.texts.count))
        let members = part.places(of: texts)
        let questions = members.map { texts[$0] }
        let overlap = seen.map { QuestionOverlap(questions, in: $0) }
        try QuestionOverlap.requireQuestions(questions.count, without: overlap, named: file.name)
        return QuestionList(
          name: file.name, digest: list.digest, questions: questions,
          places: members.map { list.places[$0] }, overlap: overlap)
      }
    }
    self.lists = try lists(request.questions, seen: seen)
    benign = try lists(request.benign, seen: nil)
    if let count = request.couplingCount, self.lists.count >= 2, part == .whole {
      let sides = self.lists.prefix(2).map {
        QuestionPairs.Side(name: $0.name, digest: $0.digest, questions: $0.questions)
      }
      pairs = try QuestionPairs(first: sides[0], second: sides[1], count: count, seed: 0)
    } else {
      pairs = nil
    }
    // What is chosen by is awareness and perplexity.
    if case .validation = part {
      tasks = nil
    } else if request.tasks.isEmpty {
      tasks = nil
    } else {
      tasks = try ChoiceEvaluation(
        request.tasks.map {
          try ChoiceCatalog.load($0.name, data: $0.data, examples: $0.examples)
        }, options: request.choices)
    }
    text = try request.text.map {
      var text = try TextEvaluation(path: $0, window: request.window, limit: request.textLimit)
      text.part = part.windows
      return text
    }
    // A text that is too short is found out before anything is computed.
    windowCount = try text?.plannedWindows(of: model)
    memoryBytes = try Self.plannedBytes(
      model, request, self.lists + benign, format, window: windowCount?.size, judge: judge,
      tasks: tasks, pairs: pairs)
  }

  /// What is measured, in a few words: "2165 fairness and 657 privacy questions, a text".
  public var summary: String {
    let questions = (lists + benign).map { "\($0.questions.count) \($0.name)" }
      .joined(separator: " and ")
    return [
      questions.isEmpty ? nil : questions + " questions", text == nil ? nil : "a text",
      tasks.map { "\($0.itemCount) multiple-choice items" },
    ].compactMap(\.self).joined(separator: ", ")
  }

  /// Everything that decides the results, besides model and edit.
  public var identity: JSON {
    let json = { (list: QuestionList) -> JSON in
      [
        "name": .string(list.name), "sha256": .string(list.digest),
        "n": JSON(list.questions.count), "overlap": list.overlap?.json ?? .null,
      ]
    }
    return [
      "questions": .array(lists.map(json)), "benign": .array(benign.map(json)),
      "prompts": format.identity,
      "judge": judge.identity, "generation": request.generation.json,
      "text_sha256": text.map { .string($0.digest) } ?? .null,
      "window": (text?.recordedWindow(for: model) ?? request.window).map { JSON($0) } ?? .null,
      "text_limit": request.textLimit.map { JSON($0) } ?? .null,
      "tasks": tasks.map { .string($0.digest) } ?? .null,
      "coupling_pairs": pairs.map { JSON($0.count) } ?? .null, "part": part.json,
    ]
  }

  /// Measures the model with an edit on it, or without one.
  ///
  /// - Parameters:
  ///   - side: "before" or "after", as the files are named.
  ///   - edit: The edit; nil for the untouched model.
  ///   - directory: Where items go.
  ///   - shouldStop: Asked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Told of what is done.
  /// - Throws: `SPINError` as the measures do.
  public func measure(
    _ side: String, edit: ModelEdit?, into directory: String, shouldStop: () -> Bool = { false },
    report: (Progress) -> Void = { _ in }
  ) throws -> EvaluationSide {
    try measures(
      side, of: edit?.edited(model) ?? model, edit: edit?.digest, directory, shouldStop, report)
  }

  private func measures(
    _ side: String, of model: LanguageModel, edit: String?, _ directory: String,
    _ shouldStop: () -> Bool, _ report: (Progress) -> Void
  ) throws -> EvaluationSide {
    let answerer = try QuestionAnswering(
      model, modelHash: modelHash, edit: edit, options: request.generation,
      format: format, on: request.execution, batchSize: request.batchSize)
    func shown(_ name: String, _ progress: AwarenessEvaluation.Progress) {
      switch progress {
      case .answering(let count): report(.began("\(name) \(side)", count: count))
      case .answered(let tokens): report(.advanced(tokens: tokens))
      case .judging(let count):
        report(.ended)
        report(.began("\(name) \(side) verdicts", count: count))
      case .judged: report(.advanced(tokens: 0))
      }
    }
    let awareness = try lists.map { list in
      var evaluation = AwarenessEvaluation(
        name: list.name, questions: list.questions, judge: judge, directory: directory,
        overlap: list.overlap)
      evaluation.places = list.places
      let result = try evaluation.measure(
        side: side, answerer: answerer, shouldStop: shouldStop, report: { shown(list.name, $0) })
      report(.ended)
      return EvaluationSide.Named(name: list.name, value: result)
    }
    let refusals = try benign.map { list in
      var evaluation = RefusalEvaluation(
        name: list.name, questions: list.questions, judge: judge.isHeuristic ? nil : judge,
        directory: directory)
      evaluation.places = list.places
      let result = try evaluation.measure(
        side: side, answerer: answerer, shouldStop: shouldStop, report: { shown(list.name, $0) })
      report(.ended)
      return EvaluationSide.Named(name: list.name, value: result)
    }
    let perplexity = try text.map { text in
      var text = text
      text.directory = directory
      var isBegun = false
      let result = try text.perplexity(
        of: model, side: side, identity: [modelHash] + (edit.map { [$0] } ?? []),
        on: request.execution, shouldStop: shouldStop,
        onPart: { done, count in
          if !isBegun { report(.began("perplexity \(side)", count: count)) }
          isBegun = true
          report(.partly(done))
        },
        onWindow: { _, _ in report(.advanced(tokens: 0)) })
      if isBegun { report(.ended) }
      return result
    }
    let coupling = try pairs.map { pairs in
      report(.began("coupling \(side)", count: model.decoder.configuration.layerCount))
      let result = try CouplingEvaluation(
        of: model, pairs: pairs, on: request.execution, shouldStop: shouldStop,
        onLayer: { _, _ in report(.advanced(tokens: 0)) })
      report(.ended)
      return result
    }
    let choices = try tasks.map {
      try ask($0, of: model, side, edit, directory, shouldStop, report)
    }
    return EvaluationSide(
      awareness: awareness, refusals: refusals, perplexity: perplexity, coupling: coupling,
      choices: choices)
  }

  private func ask(
    _ tasks: ChoiceEvaluation, of model: LanguageModel, _ side: String, _ edit: String?,
    _ directory: String, _ shouldStop: () -> Bool, _ report: (Progress) -> Void
  ) throws -> ChoiceResults {
    let subject = ChoiceSubject(
      side: edit == nil ? .before : .after,
      name: ResultFile.modelName(at: "\(directory)/choices.json", hash: modelHash)
        ?? self.model.directory.name,
      modelHash: modelHash, edit: edit)
    var isBegun = false
    let (results, _) = try tasks.measure(
      model, as: subject, in: directory, tool: SPINVersion.tool, on: request.execution,
      shouldStop: shouldStop
    ) { progress in
      switch progress {
      case .asking(let task, let items):
        if isBegun { report(.ended) }
        isBegun = true
        report(.began("\(task) \(side)", count: items))
      case .asked(let tokens): report(.advanced(tokens: tokens))
      }
    }
    if isBegun { report(.ended) }
    return results
  }

  /// Compares two sides and writes the documents of all measures.
  ///
  /// - Parameters:
  ///   - before: The untouched model.
  ///   - after: The edited model.
  ///   - edit: The edit.
  ///   - directory: Where the documents go: `awareness.json`, `perplexity.json`, `divergence.json`.
  ///   - shouldStop: Asked now and then.
  ///   - report: Told of what is done.
  public func compare(
    _ before: EvaluationSide, _ after: EvaluationSide, edit: ModelEdit, into directory: String,
    shouldStop: () -> Bool = { false }, report: (Progress) -> Void = { _ in }
  ) throws -> EvaluationComparison {
    let comparison = try comparison(
      before, after, divergence: divergence(edit, directory, shouldStop, report))
    for (measure, result) in try documents(comparison) {
      try MeasureDocument(
        measure, result, model: model.directory.name, modelHash: modelHash,
        origin: model.directory.origin, arithmetic: request.execution.arithmetic,
        edit: edit.summary
      ).write(into: directory)
    }
    return comparison
  }

  /// Compares two sides of this evaluation, and writes nothing.
  func comparison(
    _ before: EvaluationSide, _ after: EvaluationSide, divergence: Divergence? = nil
  ) throws -> EvaluationComparison {
    let awareness = try lists.indices.map { place in
      try EvaluationComparison.AwarenessChange(
        lists[place].name, before.awareness[place].value, after.awareness[place].value,
        judge: judge.label, overlap: lists[place].overlap)
    }
    let refusals = try benign.indices.map { place in
      (
        benign[place].name,
        try RefusalOutcome(
          .pair(before: before.refusals[place].value, after: after.refusals[place].value))
      )
    }
    let remedy = PromptRequest.remedyForEmptyAnswers(format, ofModelAt: model.directory.path)
    let warnings =
      awareness.flatMap { change in
        change.outcome.sides.named(change.name).flatMap { $1.warnings($0, emptyAnswers: remedy) }
      }
      + refusals.flatMap { name, outcome in
        outcome.sides.named(name).flatMap { $1.warnings($0, emptyAnswers: remedy) }
      }
    var cutOff = (
      before: CutOffAnswers(limit: request.generation.maxNewTokens),
      after: CutOffAnswers(limit: request.generation.maxNewTokens)
    )
    for change in awareness {
      cutOff.before.add(change.before)
      cutOff.after.add(change.after)
    }
    for (_, outcome) in refusals {
      guard case .pair(let before, let after) = outcome.sides else { continue }
      cutOff.before.add(before)
      cutOff.after.add(after)
    }
    return EvaluationComparison(
      awareness: awareness, refusals: refusals,
      perplexity: both(before.perplexity, after.perplexity).map(PerplexityComparison.init),
      divergence: divergence,
      coupling: both(before.coupling, after.coupling).map(CouplingComparison.init),
      choices: both(before.choices, after.choices).flatMap { before, after in
        tasks.map { ChoiceMeasurement($0, before: before, after: after) }
      }, warnings: warnings, cutOff: cutOff)
  }

  private func both<Value>(_ first: Value?, _ second: Value?) -> (before: Value, after: Value)? {
    first.flatMap { first in second.map { (first, $0) } }
  }

  /// How far an edit moves what the model expects; nil where another model takes its place.
  private func divergence(
    _ edit: ModelEdit, _ directory: String, _ shouldStop: () -> Bool, _ report: (Progress) -> Void
  ) throws -> Divergence? {
    guard var text, part == .whole, !edit.isReplacement else { return nil }
    text.directory = directory
    var isBegun = false
    let result = try text.divergence(
      of: model, to: edit.edited(model), identity: [modelHash, edit.digest],
      on: request.execution, shouldStop: shouldStop,
      onPart: { done, count in
        if !isBegun { report(.began("divergence", count: count)) }
        isBegun = true
        report(.partly(done))
      },
      onWindow: { _, _ in report(.advanced(tokens: 0)) })
    if isBegun { report(.ended) }
    return result
  }

  /// How often cautionary phrases stand in the answers of each list.
  private func phrases(_ comparison: EvaluationComparison) throws -> JSONObject {
    var result = JSONObject()
    // In the order of `spin evaluate phrases`, which finds the lists in a folder.
    for change in comparison.awareness.sorted(by: { $0.name < $1.name }) {
      // All answers, as they stand in the files.
      let all = change.outcome.allQuestions?.sides ?? change.outcome.sides
      guard case .pair(let first, let second) = all else { continue }
      let (before, after) = (first.answers, second.answers)
      result[change.name] =
        try PhraseFrequencies(
          .forQuestions(named: change.name), before: before.map(\.questionAnswer),
          after: after.map(\.questionAnswer),
          at: change.name
        ).json
    }
    return result
  }

  private func documents(_ comparison: EvaluationComparison) throws -> [(String, JSONObject)] {
    var documents: [(String, JSONObject)] = []
    if !lists.isEmpty || !benign.isEmpty {
      var result = AwarenessResult(
        judge: judge, options: request.generation,
        settings: format.identity.object ?? [:])
      result.lists = zip(lists, comparison.awareness).map { ($0.name, $0.digest, $1.outcome) }
      result.benign = zip(benign, comparison.refusals).map { ($0.name, $0.digest, $1.outcome) }
      result.warnings = comparison.allWarnings
      documents.append(("awareness", result.json))
      documents.append(("phrases", try phrases(comparison)))
    }
    if let choices = comparison.choices { documents.append(("choices", choices.json)) }
    if let coupling = comparison.coupling { documents.append(("coupling", coupling.json)) }
    guard let text else { return documents }
    if let perplexity = comparison.perplexity {
      documents.append(
        (
          "perplexity",
          [
            "text_sha256": .string(text.digest), "before": perplexity.before.json,
            "after": perplexity.after.json, "comparison": perplexity.json,
          ]
        ))
    }
    if let divergence = comparison.divergence {
      documents.append(
        ("divergence", ["text_sha256": .string(text.digest), "result": divergence.json]))
    }
    return documents
  }
}

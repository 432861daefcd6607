// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs
import SPINStorage
import Synchronization

/// How a measure is computed and shown; shared by the subcommands of `evaluate`.
struct MeasureOptions: ParsableArguments {
  @OptionGroup
  var machine: ExecutionOptions

  @Option(
    help: ArgumentHelp(
      "Write the result and its individual items to this folder.", valueName: "dir"))
  var out: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(
    name: .shortAndLong,
    help: "Suppress plans and progress; results, warnings and errors are still printed.")
  var quiet = false

  var execution: Execution { machine.execution }

  /// Opens the folder of the results, if there is one, until the result is shown.
  ///
  /// - Parameters:
  ///   - measure: The name of the measure, whose file may not be another's.
  ///   - request: The request: a finished result of another request is not replaced.
  ///   - contents: What else is written there.
  ///   - inputs: Folders that are read.
  func openFolder(
    _ measure: String, _ request: MeasureRequest, _ contents: OutputFolder.Contents,
    apartFrom inputs: [String] = []
  ) throws {
    Self.request.withLock { $0 = request }
    guard let out else { return }
    let folder = try OutputFolder(out, of: "evaluate", apartFrom: inputs)
    do {
      try folder.requireFree(.init(files: ["\(measure).json"]) + contents)
      try request.requireReplaceable("\(out)/\(measure).json")
      try folder.begin(restart: false)
    } catch {
      folder.close()
      throw error
    }
    Self.folder.withLock { $0 = folder }
  }

  /// Opens the folder of what is measured of a model, if there is one.
  func openFolder(
    _ measure: String, _ request: MeasureRequest, _ evaluation: ModelEvaluation,
    of model: LoadedModel
  ) throws {
    try openFolder(
      measure, request, evaluation.contents(model.edit == nil ? [nil] : ["before", "after"]),
      apartFrom: [model.untouched.directory.path])
  }

  private static let request = Mutex(MeasureRequest())

  private static let folder = Mutex<OutputFolder?>(nil)

  /// Plans measures of a model, or of a model without and with an edit.
  ///
  /// - Parameters:
  ///   - measures: The measures.
  ///   - model: The model, and the edit.
  ///   - settings: How questions are answered; nil where no measure needs answers.
  /// - Throws: `SPINError` where the memory budget is too small, before anything is computed or written.
  func plan(
    _ measures: [any Measure], of model: LoadedModel, _ settings: AnswerSettings? = nil
  ) throws -> ModelEvaluation {
    // Pages that the edit changed stay in memory while the untouched model is measured.
    let execution = model.besideTheEdit(execution).surveyed()
    let evaluation = try ModelEvaluation(
      measures, of: model.untouched, modelHash: model.modelHash(), settings: settings,
      on: execution)
    try execution.survey?.close()
    return evaluation
  }

  /// Measures a model, or a model without and with an edit.
  func measure(_ evaluation: ModelEvaluation, of model: LoadedModel) throws -> MeasuredOutcomes {
    Interruption.listen()
    let progress = MeasureProgressReporter(isQuiet: quiet)
    func side(
      _ name: String?, _ edit: ModelEdit?, like other: EvaluationSide? = nil
    ) throws -> EvaluationSide {
      try evaluation.measure(
        name, edit: edit, edited: model.edited, like: other, into: out,
        shouldStop: { Interruption.wasRequested }, report: progress.show)
    }
    return try progress.during {
      guard let edit = model.edit else { return try evaluation.outcomes(side(nil, nil)) }
      let before = try side("before", nil)
      return try evaluation.comparison(
        before, side("after", edit, like: before), edit: edit, edited: model.edited, into: out,
        shouldStop: { Interruption.wasRequested }, report: progress.show
      ).outcomes
    }
  }

  /// Writes and prints what was found of a model.
  func show(_ outcomes: MeasuredOutcomes, _ model: LoadedModel) throws {
    Warnings.write(outcomes.warnings)
    for (name, members) in outcomes.documents {
      try show(name, members, model, text: OutcomeText.whole(outcomes).joined(separator: "\n"))
    }
  }

  /// Writes and prints what was found of a model.
  ///
  /// - Parameters:
  ///   - measure: Its name; the schema is this name with version 1.
  ///   - result: What was found.
  ///   - model: What it was found of, and the edit.
  ///   - text: The same for people.
  func show(
    _ measure: String, _ result: JSONObject, _ model: LoadedModel, text: String
  ) throws {
    let document = MeasureDocument(
      measure, result, model: model.untouched.directory.name,
      modelHash: try model.modelHash(),
      origin: model.untouched.directory.origin, arithmetic: execution.arithmetic,
      edit: model.edit?.summary)
    try show(document, text: text)
  }

  /// Writes and prints a result.
  func show(_ document: MeasureDocument, text: String) throws {
    let document = document.with(Self.request.withLock(\.self))
    if let out { try document.write(into: out) }
    Self.folder.withLock { folder in
      folder?.close()
      folder = nil
    }
    print(json ? document.json.serialized() : text, terminator: json ? "" : "\n")
  }
}

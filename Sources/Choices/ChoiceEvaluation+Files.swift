// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
public import SPINExecution
import SPINKernels
public import SPINLanguageModel
import SPINStorage

/// A model before or after an edit.
public enum ChoiceSide: String, Sendable {
  /// Without the edit.
  case before
  /// With the edit.
  case after
  /// There is no edit.
  case result

  /// The name of the journal of its answers.
  package var fileName: String { ItemJournal.fileName("choices-\(rawValue)") }

  /// A side as measures call it: nil where there is no other one.
  package init?(_ name: String?) {
    guard let name else {
      self = .result
      return
    }
    self.init(rawValue: name)
  }

  /// The name of a model on this side in the files: after an edit "-patched" is added.
  package func name(ofModel name: String) -> String { self == .after ? "\(name)-patched" : name }
}

/// What is known of a model whose answers are stored in files.
public struct ChoiceSubject: Sendable {
  /// The side that is measured.
  public let side: ChoiceSide
  /// The name of the model in the files.
  public let name: String
  /// The hash of its files, as `ModelDirectory.modelHash` gives it.
  public let modelHash: String
  /// A digest of its edit; nil without.
  public let edit: String?

  /// A model on one side.
  ///
  /// - Parameters:
  ///   - side: The side that is measured.
  ///   - name: The name of the model; after an edit "-patched" is added.
  ///   - modelHash: The hash of its files.
  ///   - edit: A digest of its edit; nil without.
  public init(side: ChoiceSide, name: String, modelHash: String, edit: String? = nil) {
    self.side = side
    self.name = side.name(ofModel: name)
    self.modelHash = modelHash
    self.edit = edit
  }
}

extension ChoiceEvaluation {
  /// Evaluates a model, stores finished items in a folder, and writes the results there as lm-eval does.
  ///
  /// - Parameters:
  ///   - model: The model, edited or not.
  ///   - subject: What is known of it.
  ///   - directory: Where files go; made if it is not there.
  ///   - tool: Name and version of the program, for the files.
  ///   - execution: Where to compute.
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Called with each progress event.
  /// - Returns: The results, and their file below the folder.
  /// - Throws: As `measure` without files, and `SPINError` where the folder holds the answers of
  ///   another model or edit.
  public func measure(
    _ model: LanguageModel, as subject: ChoiceSubject, in directory: String, tool: String,
    on execution: Execution, shouldStop: () -> Bool = { false },
    report: (Progress) -> Void = { _ in }
  ) throws -> (results: ChoicesResult, file: String) {
    try FileSystem.ensureDirectory(directory)
    let journal = try ChoiceJournal(
      path: "\(directory)/\(subject.side.fileName)",
      modelHash: "\(subject.modelHash) \(model.settingsDigest()) \(execution.arithmetic)",
      edit: subject.edit)
    let start = try journal.start(of: self)
    let clock = ContinuousClock()
    let began = clock.now
    let results = try measure(
      model, journal: journal, on: execution, shouldStop: shouldStop, report: report)
    let seconds = (clock.now - began) / .seconds(1)
    let file = try HarnessResults(
      results, of: self, model: model, name: subject.name, start: start
    ).write(to: directory, seconds: seconds, tool: tool)
    return (results, file)
  }
}

// SPDX-License-Identifier: Apache-2.0

public import SPINExecution
public import SPINLanguageModel

/// One model that is measured, with where to compute and where results go.
public struct MeasuredSide {
  /// "before", "after", or what else its files are named by; nil where there is no other side.
  public let name: String?
  /// What people call it; nil where there is no other side.
  public let label: String?
  /// The model, with its edit if it has one.
  public let model: LanguageModel
  /// The hash of the untouched model's files, as `ModelDirectory.modelHash` gives it.
  public let modelHash: String
  /// A digest of its edit; nil without.
  public let edit: String?
  /// Where items and journals go; nil for nowhere.
  public let directory: String?
  /// The device, memory budget and scratch folder to compute with.
  public let execution: Execution
  /// The model's answers, each question asked once whichever measure wants the answer.
  public let answers: ModelAnswers
  /// Checked now and then; true ends the work with an error of code `interrupted`.
  public let shouldStop: () -> Bool
  /// Called with each progress event.
  public let report: (MeasureProgress) -> Void

  /// What decides the bits of its results besides a measure's own options: for journals.
  public var identity: [String] { [modelHash] + (edit.map { [$0] } ?? []) }

  /// Something of this side, for people: "perplexity before", or "perplexity" where there is no other side.
  public func title(_ measure: String) -> String { label.map { "\(measure) \($0)" } ?? measure }
}

/// Two models that are compared, for measures that look at both at once.
public struct ComparedModels {
  /// The model as it is.
  public let untouched: LanguageModel
  /// The hash of its files.
  public let modelHash: String
  /// The edit that is compared.
  public let edit: ModelEdit
  /// The edited model, where it is in memory already.
  let edited: LanguageModel?
  /// Where items and journals go; nil for nowhere.
  public let directory: String?
  /// The device, memory budget and scratch folder to compute with.
  public let execution: Execution
  /// Checked now and then; true ends the work with an error of code `interrupted`.
  public let shouldStop: () -> Bool
  /// Called with each progress event.
  public let report: (MeasureProgress) -> Void

  /// The model with the edit.
  ///
  /// - Throws: `SPINError` where the edit does not fit the model.
  public func makeEdited() throws -> LanguageModel { try edited ?? edit.edited(untouched) }
}

/// A model for which a plan is made.
public struct PlannedModel {
  /// The model.
  public let model: LanguageModel
  /// The device, memory budget and scratch folder to compute with.
  public let execution: Execution
  /// Where an earlier run may have left finished items.
  public let directory: String
  /// How fast the machine is; nil where only memory is planned.
  let rates: MachineRates?

  /// What a token costs.
  var cost: DecoderCost { DecoderCost(model) }
}

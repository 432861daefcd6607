// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
public import SPINJSON

/// Something that is measured of a model: of the model as it is, or before and after an edit.
///
/// A measure finds a result of one model, and makes an outcome of the results of one or two of them. Whatever
/// shows, records or compares measures goes through a list of them and knows none by name.
///
///     struct VocabularySize: Measure {
///       let name = "vocabulary-size"
///       func measure(_ side: MeasuredSide) -> Int { side.model.tokenizer.vocabularyCount }
///       func outcome(of results: Sides<Int>, _ models: ComparedModels?) -> CountOutcome? { .. }
///     }
///
/// Measures of your own are given to `ModelEvaluation`; those of SPIN are in `MeasureCatalog`.
public protocol Measure: Sendable {
  /// What is found of one model.
  associatedtype Result: Sendable
  /// What is found of one model, or of two compared.
  associatedtype Outcome: MeasureOutcome

  /// The name, as "perplexity": lowercase words joined by hyphens.
  var name: String { get }
  /// The name of the document that holds its outcome: `DOCUMENT.json`, schema "DOCUMENT/1". Measures that share a
  /// document share its members.
  var document: String { get }
  /// The names of the files with the items of one side, and with what resumes: those of others are found before any work.
  ///
  /// - Parameter side: "before", "after"; nil where there is no other side.
  func fileNames(_ side: String?) -> [String]
  /// The names of folders for files whose names are not known before, likewise.
  ///
  /// - Parameters:
  ///   - side: "before", "after"; nil where there is no other side.
  ///   - model: The name of the model.
  func folderNames(_ side: String?, model: String) -> [String]
  /// Everything that decides its results besides the model and its edit: members of a record.
  var identity: JSONObject { get }
  /// The lists of questions that it asks, in a few words: "2165 fairness"; empty where another measure asks them.
  var questionCounts: [String] { get }
  /// What else is measured with, in a few words: "a text"; nil for nothing, or where another measure says it.
  var summary: String? { get }

  /// Measures one model.
  ///
  /// - Throws: `SPINError` with code `interrupted` where `side.shouldStop` says so, and whatever keeps it from
  ///   measuring.
  func measure(_ side: MeasuredSide) throws -> Result
  /// Sums up what was found of one model, or compares what was found of two.
  ///
  /// - Parameters:
  ///   - results: What `measure` found.
  ///   - models: The two models, for measures that look at both at once; nil where results alone are compared.
  /// - Returns: Nil where there is nothing to say, as for a measure of two models that was given one.
  func outcome(of results: Sides<Result>, _ models: ComparedModels?) throws -> Outcome?

  /// The most bytes of memory that it takes within the budget of its execution, weights in use included.
  ///
  /// - Throws: `SPINError` with code `usage` where the budget is too small, before anything is computed.
  func plannedBytes(of model: PlannedModel) throws -> Int
  /// What one model takes.
  func plannedSteps(_ side: String, of model: PlannedModel) -> [PlannedStep]
  /// What comparing two models takes, for measures that look at both at once.
  func plannedComparison(of model: PlannedModel) -> PlannedStep?
}

extension Measure {
  /// The measure's own.
  public var document: String { name }
  /// Empty: items are in the document.
  public func fileNames(_ side: String?) -> [String] { [] }
  /// None: files have names that are known before.
  public func folderNames(_ side: String?, model: String) -> [String] { [] }
  /// Nothing besides the name.
  public var identity: JSONObject { [:] }
  /// Empty: a measure has no questions unless it says so.
  public var questionCounts: [String] { [] }
  /// Nil: no line of its own in the summary.
  public var summary: String? { nil }
  /// What is not known: 0.
  public func plannedBytes(of model: PlannedModel) throws -> Int { 0 }
  /// None: a measure that takes no time worth a line.
  public func plannedSteps(_ side: String, of model: PlannedModel) -> [PlannedStep] { [] }
  /// Nil: the results of the two models are compared, at no cost.
  public func plannedComparison(of model: PlannedModel) -> PlannedStep? { nil }
}

/// What a measure found, as it is written, recorded and shown.
public protocol MeasureOutcome: Sendable {
  /// The members of the measure's document.
  var json: JSONObject { get }
  /// What the record of a run, a sweep or a comparison says about it, in short: members; empty for nothing.
  var record: JSONObject { get }
  /// The numbers in it that a summary can show, each with its change.
  var quantities: [MeasuredQuantity] { get }
  /// How a report shows it: its numbers under a title; nil for measures that have a chapter of their own there.
  var section: MeasureSection? { get }
  /// What is doubtful about it, each with what may help.
  var warnings: [String] { get }
  /// How many answers of it were cut off; nil for what is not of answers.
  var cutOff: Sides<CutOffAnswers>? { get }
}

extension MeasureOutcome {
  /// Empty: nothing is recorded in short.
  public var record: JSONObject { [:] }
  /// Empty: summaries show no numbers of it.
  public var quantities: [MeasuredQuantity] { [] }
  /// Nil: the measure has a chapter of its own.
  public var section: MeasureSection? { nil }
  /// Empty: nothing about it is doubtful.
  public var warnings: [String] { [] }
  /// Nil: the measure is not of answers.
  public var cutOff: Sides<CutOffAnswers>? { nil }
}

/// The chapter of a measure in a report: a table of its numbers under a title.
public struct MeasureSection: Sendable, Equatable {
  /// "Length of answers".
  public let title: String
  /// What a reader has to know of the numbers; empty for nothing.
  public let note: String

  /// A title, and what a reader has to know.
  public init(title: String, note: String = "") {
    self.title = title
    self.note = note
  }
}

/// Progress, as events to show.
public enum MeasureProgress: Sendable, Equatable {
  /// A measure begins, with this number of items.
  case began(String, count: Int)
  /// An item is done, with this number of tokens, 0 where they are not counted; a draft foretold some of them.
  case advanced(tokens: Int, drafted: Int = 0)
  /// Some items that are not done are computed in part: the equivalent of this number of items.
  case partly(Double)
  /// The measure is done.
  case ended
}

// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINEvaluation
import SPINJSON
import SPINLanguageModel

/// A measure that an `EvaluationRequest` can ask for.
protocol RequestedMeasure: Measure {
  /// What records hold in its place where it was not requested.
  static var absent: AbsentMeasure { get }
  /// The request, option by option.
  var requestEntries: [RequestRecord.Entry] { get }
  /// The measure, read and checked; nil where the request does not ask for it.
  ///
  /// - Throws: `SPINError` for a file that is missing or malformed.
  init?(_ context: MeasureContext) throws
}

/// What records hold where a measure was not requested, so that their members are the same whatever was measured.
struct AbsentMeasure {
  /// Members of `ModelEvaluation.identity`.
  var identity: JSONObject = [:]
  /// Members of the record of a run.
  var record: JSONObject = [:]
  /// The names under which `compare.json` holds its values and changes; nil where it holds none.
  var summary: SummaryKeys?
}

/// How a comparison of methods names a measure.
public struct SummaryKeys: Sendable, Equatable {
  /// The member with the values, and that with their changes.
  public let values, changes: String
  /// Whether there is one number, which stands there by itself; otherwise numbers stand by their names.
  public let isSingle: Bool

  init(_ values: String, changes: String? = nil, isSingle: Bool = false) {
    self.values = values
    self.changes = changes ?? values
    self.isSingle = isSingle
  }
}

/// The measures that a request can ask for: a line each.
enum MeasureCatalog {
  /// In the order in which they are measured and shown.
  static var all: [any RequestedMeasure.Type] {
    [
      Awareness.self,
      Refusals.self,
      Phrases.self,
      AnswerLength.self,
      Perplexity.self,
      Coupling.self,
      Choices.self,
      Divergence.self,
    ]
  }

  /// The measures that a request asks for.
  static func measures(_ context: MeasureContext) throws -> [any RequestedMeasure] {
    try all.compactMap { try $0.init(context) }
  }

  /// Members that are there whatever was requested.
  static func absent(_ members: (AbsentMeasure) -> JSONObject) -> JSONObject {
    var object = JSONObject()
    for type in all {
      for (key, value) in members(type.absent).members { object[key] = value }
    }
    return object
  }
}

/// What measures are made of: the request, the model, and what several of them read.
struct MeasureContext {
  let request: EvaluationRequest
  let part: EvaluationPart
  let model: LanguageModel
  let settings: AnswerSettings
  /// The questions for awareness, and the benign ones.
  let lists, benign: [QuestionList]
  /// The text, and its windows, for which it was tokenized; nil without.
  let text: (evaluation: TextEvaluation, windows: TextWindowCount)?
}

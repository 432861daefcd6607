// SPDX-License-Identifier: Apache-2.0

public import SPINErrors

/// What messages of this module mention.
extension Setting {
  /// The column of prompts of a file that has responses, too.
  package static let promptColumn = Setting("columns.prompt", of: "ScoringRequest")
  static let responseColumn = Setting("columns.response", of: "ScoringRequest")
  static let questionColumn = Setting("questionColumn", of: "EvaluationRequest")
  static let sampleCount = Setting("sampleCount", of: "CalibrationOptions")
  static let overflow = Setting("overflow", of: "CalibrationOptions")
  /// The column of a list of texts.
  public static let column = Setting("column", of: "TextList")
}

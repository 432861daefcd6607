// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINEvaluation

/// What messages about multiple-choice tasks mention.
extension Setting {
  static let tasks = Setting("tasks", of: "EvaluationRequest")
  static let taskData = Setting("data", of: "ChoiceCatalog.load")
  static let taskExamples = Setting("examples", of: "ChoiceCatalog.load")
  static let exampleCount = Setting("exampleCount", of: "ChoiceEvaluation.Options")
  static let taskLimit = Setting("limit", of: "ChoiceEvaluation.Options")
}

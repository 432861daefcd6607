// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Settings that messages about whole runs, comparisons and trainings mention, in addition to those of their parts.
extension Setting {
  static let allowsEmpty = Setting("allowsEmpty", of: "PipelineRun")
  static let scores = Setting("scores", of: "ComparisonRequest")
  static let methods = Setting("methods", of: "ComparisonRequest")
  static let seeds = Setting("seeds", of: "ComparisonRequest")
  static let sampleCounts = Setting("sampleCounts", of: "ComparisonRequest")
  static let trainingData = Setting("trainingData", of: "ComparisonRequest")
  static let questions = Setting("questions", of: "EvaluationRequest")
  static let rank = Setting("rank", of: "AdapterConfiguration")
  static let alpha = Setting("alpha", of: "AdapterConfiguration")
  static let dropout = Setting("dropout", of: "AdapterConfiguration")
  static let noEndOfText = Setting("appendsEndOfText: false", of: "TrainingRequest")
  static let askedFormat = Setting("prompts.choice", of: "EvaluationRequest")
}

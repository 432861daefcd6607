// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINLanguageModel
import SPINStorage

extension ArmMaker {
  /// Trains in the arm's folder, and measures the trained model.
  func trained(_ arm: ComparisonArm, in folder: String) throws -> ComparisonRow {
    guard let job = comparison.trainings[arm] else {
      preconditionFailure("no training for \(arm.folder)")
    }
    let path = folder + (arm.method == .full ? "/model" : "/adapter")
    try job.runUnlessDone(in: path, shouldStop: shouldStop, report: { report(.training($0)) })
    return try measured(
      arm, edit(arm.method, at: path), parameterCount: job.estimate.parameterCount, in: folder)
  }

  /// What was trained as an edit of the model of the comparison.
  private func edit(_ method: ComparisonMethod, at path: String) throws -> ModelEdit {
    switch method {
    case .full: return try .trainedModel(at: path)
    case .loreft: return ModelEdit(try LoReFT(path: path))
    default: return ModelEdit(try LowRankAdapter(path: path), on: request.execution)
    }
  }

  /// Measures an edit in the arm's folder, and writes its report.
  private func measured(
    _ arm: ComparisonArm, _ edit: ModelEdit, parameterCount: Int, in folder: String
  ) throws -> ComparisonRow {
    let directory = RunDirectory(path: folder)
    let measures = try comparison.evaluation.compare(
      edit, into: directory.evaluation, shouldStop: shouldStop,
      report: { report(.measuring($0)) })
    try Report(of: [Report.Source(path: folder, name: arm.folder)]).write(to: directory)
    return ComparisonRow(
      arm: arm, weightCount: nil, parameterCount: parameterCount, measures: measures)
  }
}

extension ModelEdit {
  /// A model with all weights trained, which replaces the unedited one.
  fileprivate static func trainedModel(at path: String) throws -> ModelEdit {
    let model = try LanguageModel(path: path)
    let digest = ModelDirectory.modelHash(of: try model.directory.fileHashes())
    let count = model.directory.tensors.values.reduce(0) { $0 + $1.shape.reduce(1, *) }
    return ModelEdit(
      replacement: model, digest: "full \(digest)",
      summary: [
        "trained": ["kind": "full", "sha256": .string(digest), "parameters": JSON(count)]
      ])
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

extension ArmMaker {
  /// Trains all weights in the arm's folder and measures what comes out.
  func trainedWhole(_ arm: ComparisonArm, in folder: String) throws -> ComparisonRow {
    let path = folder + "/model"
    let job = try FullTrainingJob(.checkpoint(request.model), trainingRequest(arm))
    if try !job.folder(path).isComplete() {
      _ = try job.run(
        into: path, shouldStop: shouldStop, report: { report(.training($0)) })
    }
    let model = try LanguageModel(path: path)
    let digest = ModelDirectory.modelHash(of: try model.directory.fileHashes())
    let count = job.plan.parameterCount
    let edit = ModelEdit.replacement(
      model, digest: "full \(digest)",
      summary: [
        "trained": ["kind": "full", "sha256": .string(digest), "parameters": JSON(count)]
      ])
    return try measured(arm, edit, parameterCount: count, in: folder)
  }

  /// Trains a LoRA or DoRA adapter in the arm's folder and measures the model with it merged.
  func adapted(_ arm: ComparisonArm, in folder: String) throws -> ComparisonRow {
    let path = folder + "/adapter"
    var configuration = request.adapter
    configuration.usesDoRA = arm.method == .dora
    let job = try LowRankTrainingJob(
      model: request.model, configuration, trainingRequest(arm))
    if try !job.folder(path).isComplete() {
      try job.run(into: path, shouldStop: shouldStop, report: { report(.training($0)) })
    }
    let adapter = try LowRankAdapter(path: path)
    let overlay = try AdapterOverlay(
      adapter, on: comparison.model.directory, threads: request.resources.threads)
    return try measured(
      arm, .overlay(overlay), parameterCount: adapter.parameterCount, in: folder)
  }

  /// Trains a LoReFT adapter in the arm's folder and measures the model with it.
  func intervened(_ arm: ComparisonArm, in folder: String) throws -> ComparisonRow {
    let path = folder + "/adapter"
    let job = try LoReFTTrainingJob(request.model, request.intervention, trainingRequest(arm))
    if try !job.folder(path).isComplete() {
      try job.run(into: path, shouldStop: shouldStop, report: { report(.training($0)) })
    }
    let adapter = try LoReFT(path: path)
    let overlay = try LoReFTOverlay(adapter, on: comparison.model.decoder)
    return try measured(
      arm, .overlay(overlay), parameterCount: adapter.parameterCount, in: folder)
  }

  /// Measures an edit in the arm's folder, and writes its report.
  func measured(
    _ arm: ComparisonArm, _ edit: ModelEdit, parameterCount: Int, in folder: String
  ) throws -> ComparisonRow {
    let evaluation = comparison.evaluation
    let directory = RunDirectory(path: folder)
    func side(_ name: String, _ edit: ModelEdit?) throws -> EvaluationSide {
      try evaluation.measure(
        name, edit: edit, into: directory.evaluation, shouldStop: shouldStop,
        report: { report(.measuring($0)) })
    }
    let measures = try evaluation.compare(
      side("before", nil), side("after", edit), edit: edit, into: directory.evaluation,
      shouldStop: shouldStop, report: { report(.measuring($0)) })
    try Report(of: [Report.Source(path: folder, name: arm.folder)]).write(to: directory)
    return ComparisonRow(
      arm: arm, weightCount: nil, parameterCount: parameterCount, measures: measures)
  }

  /// What the trained methods have in common: data, options, the arm's seed and rows.
  func trainingRequest(_ arm: ComparisonArm) -> TrainingRequest {
    var training = TrainingRequest(data: request.trainingData, resources: request.resources)
    training.columns = request.columns
    training.firstResponseToken = request.calibration.firstResponseToken
    training.overflow = request.calibration.overflow
    training.appendsEndOfText = request.appendsEndOfText
    training.options = request.training
    training.options.seed = arm.seed
    if let rate = request.learningRates[arm.method] { training.options.learningRate = rate }
    training.sampleCount = arm.sampleCount
    return training
  }
}

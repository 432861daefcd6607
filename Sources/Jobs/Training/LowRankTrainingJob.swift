// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
public import SPINLanguageModel
import SPINStorage

/// Training a LoRA or DoRA adapter of a model, with its inputs read and checked: ready to run.
///
///     var adapter = AdapterConfiguration(targets: TargetModules(.allLinear))
///     adapter.rank = 16
///     let job = try LowRankTrainingJob(
///       model: "Qwen2-0.5B", adapter, TrainingRequest(data: ["train.csv"]))
///     let history = try job.run(into: "adapter")
public struct LowRankTrainingJob: TrainingJob {
  /// The request.
  public let request: TrainingRequest
  /// The configuration of the adapter that is trained.
  public let adapter: AdapterConfiguration
  /// The model.
  public let model: LanguageModel
  /// The training and validation samples.
  public let data: TrainingData
  /// What the run will take.
  public let estimate: TrainingEstimate
  private let memory: DecoderPass.Memory
  private let files: [String: String]
  private let settingsDigest: String

  /// Reads model, tokenizer and data, and plans the run.
  ///
  /// - Throws: `SPINError` for whatever is wrong with any of them; nothing has been written then.
  public init(
    model path: String, _ adapter: AdapterConfiguration, _ request: TrainingRequest
  ) throws {
    let model = try LanguageModel(path: path)
    var adapter = adapter
    adapter.baseModel = adapter.baseModel ?? model.directory.origin?.repository ?? path
    try self.init(model, files: model.directory.fileHashes(), adapter, request)
  }

  /// The same with a model that is loaded already, and the SHA-256 of its files.
  init(
    _ model: LanguageModel, files: [String: String], _ adapter: AdapterConfiguration,
    _ request: TrainingRequest
  ) throws {
    try request.options.check()
    try Self.check(adapter)
    self.request = request
    self.model = model
    self.files = files
    settingsDigest = try model.settingsDigest()
    self.adapter = adapter
    let configuration = model.decoder.configuration
    data = try TrainingData(
      request, tokenizer: model.tokenizer, model: configuration, folder: model.directory.path)
    let plan = try LowRankPlan(
      configuration, adapter,
      weightBytes: model.directory.tensors.values.reduce(0) { $0 + $1.byteRange.count },
      work: data.work(request), execution: request.execution)
    memory = plan.pass
    estimate = TrainingEstimate(
      parameterCount: plan.parameterCount, batchTokens: plan.batchTokens,
      memoryBytes: plan.memoryBytes,
      computesStatesTwice: plan.pass.keptStateBytes < plan.wholeStateBytes)
  }

  private static func check(_ adapter: AdapterConfiguration) throws {
    guard (1...1 << 16).contains(adapter.rank) else {
      throw SPINError(.usage, at: .rank, "is \(adapter.rank), expected 1 to 65536")
    }
    guard adapter.alpha > 0, adapter.alpha.isFinite else {
      throw SPINError(
        .usage, at: .alpha, "is \(adapter.alpha), expected a positive number")
    }
    guard (0..<1).contains(adapter.dropout) else {
      throw SPINError(
        .usage, at: .dropout, "is \(adapter.dropout), expected at least 0 and below 1")
    }
  }

  /// "lora" or "dora".
  public var method: String { adapter.usesDoRA ? "dora" : "lora" }

  /// The model's folder.
  public var inputFolders: [String] { [model.directory.path] }

  /// Warnings about the model.
  public var warnings: [String] { model.warnings }

  /// The model and the adapter's configuration; the path of the model decides nothing.
  public var subject: JSONObject {
    var configuration = adapter
    configuration.baseModel = nil
    return [
      "model_sha256": .string(ModelDirectory.modelHash(of: files)),
      "settings_sha256": .string(settingsDigest),
      "adapter": configuration.json,
    ]
  }

  /// The adapter at its beginning, which changes nothing.
  public func begin() throws -> LowRankModel {
    try LowRankModel(
      model.decoder, adapter, seed: request.options.seed, memory: memory,
      on: request.execution.open())
  }

  /// Writes the adapter as PEFT does.
  public func write(_ trained: LowRankModel, to folder: String) throws {
    try trained.adapter.writeFiles(into: folder)
  }
}

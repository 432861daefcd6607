// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
import SPINLanguageModel
import SPINStorage

/// Training a LoReFT adapter, with its inputs read and checked: ready to run.
///
///     let job = try LoReFTTrainingJob(
///       model: "Qwen2-0.5B", .init(rank: 4, layers: [6, 12]), TrainingRequest(data: ["train.csv"]))
///     let history = try job.run(into: "adapter")
public struct LoReFTTrainingJob: TrainingJob {
  /// What is trained, with the defaults of pyreft but for the layers.
  public struct Adapter: Sendable, Equatable {
    /// The rank of each intervention.
    public var rank: Int
    /// The blocks, from 0; nil for all.
    public var layers: [Int]?
    /// The tokens of a prompt that are changed.
    public var positions: PromptPositions
    /// Whether both ends of a prompt share one intervention.
    public var sharesWeights: Bool
    /// The dropout probability of the changed hidden states.
    public var dropout: Double

    /// Describes an adapter.
    public init(
      rank: Int = 8, layers: [Int]? = nil, positions: PromptPositions = .init(first: 1, last: 1),
      sharesWeights: Bool = false, dropout: Double = 0
    ) {
      self.rank = rank
      self.layers = layers
      self.positions = positions
      self.sharesWeights = sharesWeights
      self.dropout = dropout
    }
  }

  /// The request.
  public let request: TrainingRequest
  /// The layers, positions and rank of the interventions that are trained.
  public let shape: LoReFT.Shape
  /// The training and validation samples.
  public let data: TrainingData
  /// What the run will take.
  public let estimate: TrainingEstimate
  private let model: LanguageModel
  private let modelFiles: [String: String]
  private let settingsDigest: String
  private let dropout: Double

  /// Reads model, tokenizer and data, and plans the run.
  ///
  /// - Throws: `SPINError` for whatever is wrong with any of them; nothing has been written then.
  public init(model path: String, _ adapter: Adapter, _ request: TrainingRequest) throws {
    let model = try LanguageModel(path: path)
    try self.init(model, files: model.directory.fileHashes(), adapter, request)
  }

  /// The same with a model that is loaded already, and the SHA-256 of its files.
  init(
    _ model: LanguageModel, files: [String: String], _ adapter: Adapter, _ request: TrainingRequest
  ) throws {
    try request.options.check()
    let configuration = model.decoder.configuration
    shape = try LoReFT.Shape(
      hiddenSize: configuration.hiddenSize, rank: adapter.rank,
      layers: adapter.layers ?? Array(0..<configuration.layerCount),
      positions: adapter.positions, sharesWeights: adapter.sharesWeights)
    // Refuses what does not fit before the data are read.
    _ = try LoReFTModel(
      model.decoder, shape: shape, dropout: adapter.dropout, seed: request.options.seed,
      on: request.execution.open())
    self.model = model
    self.request = request
    dropout = adapter.dropout
    modelFiles = files
    settingsDigest = try model.settingsDigest()
    data = try TrainingData(
      request, tokenizer: model.tokenizer, model: configuration, folder: model.directory.path)
    let plan = try LoReFTPlan(
      configuration, shape: shape, stepTokens: data.largestStep(request.options),
      longestSample: data.longestSample, execution: request.execution)
    estimate = TrainingEstimate(
      parameterCount: plan.parameterCount, batchTokens: plan.batchTokens,
      memoryBytes: plan.memoryBytes)
  }

  /// "loreft".
  public var method: String { "loreft" }

  /// The model's folder.
  public var inputFolders: [String] { [model.directory.path] }

  /// Warnings about the model.
  public var warnings: [String] { model.warnings }

  /// The model and the shape of the adapter.
  public var subject: JSONObject {
    [
      "model_sha256": .string(ModelDirectory.modelHash(of: modelFiles)),
      "settings_sha256": .string(settingsDigest),
      "adapter": [
        "low_rank_dimension": JSON(shape.rank), "layers": .array(shape.layers.map { JSON($0) }),
        "position": .string(shape.positions.text), "share_weights": .bool(shape.sharesWeights),
        "dropout": .number(dropout),
      ],
    ]
  }

  /// The interventions at their beginning.
  public func begin() throws -> LoReFTModel {
    try LoReFTModel(
      model.decoder, shape: shape, dropout: dropout, seed: request.options.seed,
      on: request.execution.open())
  }

  /// Writes the adapter.
  public func write(_ trained: LoReFTModel, to folder: String) throws {
    try trained.adapter(baseModel: model.directory.name).write(to: folder)
  }
}

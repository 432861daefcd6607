// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// Training a LoReFT adapter, its inputs read and found good: ready to run.
///
///     let job = try LoReFTTrainingJob(
///       "Qwen2-0.5B", .init(rank: 4, layers: [6, 12]), TrainingRequest(data: ["train.csv"]))
///     let history = try job.run(into: "adapter")
public struct LoReFTTrainingJob: Sendable {
  /// What is trained, with the defaults of pyreft but for the layers.
  public struct Adapter: Sendable, Equatable {
    /// The number of directions of each intervention.
    public var rank: Int
    /// The blocks, from 0; nil for all.
    public var layers: [Int]?
    /// The tokens of a prompt that are changed.
    public var positions: PromptPositions
    /// Whether both ends of a prompt have the same numbers.
    public var sharesWeights: Bool
    /// The probability with which numbers of changed states are dropped.
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

  /// What was asked for.
  public let request: TrainingRequest
  /// What is trained.
  public let shape: LoReFT.Shape
  /// The samples.
  public let data: TrainingData
  /// What the run will take.
  public let plan: LoReFTPlan
  private let model: LanguageModel
  private let modelHash: String
  private let dropout: Double

  /// Reads model, tokenizer and data, and plans the run.
  ///
  /// - Throws: `SPINError` for whatever is wrong with any of them; nothing has been written then.
  public init(_ path: String, _ adapter: Adapter, _ request: TrainingRequest) throws {
    try request.options.check()
    let model = try LanguageModel(path: path)
    let configuration = model.decoder.configuration
    shape = try LoReFT.Shape(
      hiddenSize: configuration.hiddenSize, rank: adapter.rank,
      layers: adapter.layers ?? Array(0..<configuration.layerCount),
      positions: adapter.positions, sharesWeights: adapter.sharesWeights)
    // Refuses what does not fit before the data are read.
    _ = try LoReFTModel(
      model.decoder, shape: shape, dropout: adapter.dropout, seed: request.options.seed)
    self.model = model
    self.request = request
    dropout = adapter.dropout
    modelHash = try model.directory.modelHash()
    data = try TrainingData(request, tokenizer: model.tokenizer, model: configuration)
    plan = try LoReFTPlan(
      configuration, shape: shape, stepTokens: try data.largestStep(request.options),
      longestSample: data.samples.map(\.tokens.count).max() ?? 1,
      maxMemory: request.resources.maxMemory)
  }

  /// Optimizer steps of the run.
  public var stepCount: Int {
    // The split was found good when the run was planned.
    (try? SampleOrder(sampleCount: data.samples.count, options: request.options).stepCount) ?? 0
  }

  /// The folder of a run, with everything that decides its result.
  public func folder(_ path: String) -> TrainingFolder {
    TrainingFolder(
      path: path, method: "loreft",
      identity: [
        "tool": .string(SPINVersion.tool), "model_sha256": .string(modelHash),
        "data": data.json(request), "arguments": .object(request.options.json),
        "adapter": [
          "low_rank_dimension": JSON(shape.rank), "layers": .array(shape.layers.map { JSON($0) }),
          "position": .string(shape.positions.text), "share_weights": .bool(shape.sharesWeights),
          "dropout": .number(dropout),
        ],
      ])
  }

  /// Trains, and writes the adapter with `training.json` beside it.
  ///
  /// - Parameters:
  ///   - path: The folder; one that holds something else is refused.
  ///   - restart: Whether to discard what a training run left there.
  ///   - shouldStop: Asked after each step; true ends the run with an error of code `interrupted`,
  ///     and the same call later goes on from there.
  ///   - report: Told of progress.
  /// - Throws: `SPINError` where the folder is taken, the disk is full, a loss is not finite, or the
  ///   run was stopped.
  @discardableResult
  public func run(
    into path: String, restart: Bool = false, shouldStop: () -> Bool = { false },
    report: (TrainingEvent) -> Void = { _ in }
  ) throws -> TrainingHistory {
    let folder = folder(path)
    try folder.prepare(restart: restart)
    let clock = ContinuousClock()
    let start = clock.now
    let trained = try LoReFTModel(
      model.decoder, shape: shape, dropout: dropout, seed: request.options.seed)
    let trainer = try Trainer(
      trained, samples: data.samples, options: request.options,
      resources: .init(threads: request.resources.threads, batchTokens: plan.batchTokens))
    return try folder.run(
      trainer,
      circumstances: {
        [
          "seconds": .number((clock.now - start) / .seconds(1)),
          "threads": JSON(request.resources.threads),
          "max_memory": JSON(request.resources.maxMemory),
          "peak_resident_bytes": Machine.peakResidentBytes.map { JSON($0) } ?? .null,
        ]
      }, shouldStop: shouldStop, report: report,
      writeResult: { folder, _ in
        try trained.adapter(baseModel: FileSystem.name(of: model.directory.path))
          .write(to: folder)
      })
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// Training a LoRA or DoRA adapter of a model, its inputs read and found good: ready to run.
///
///     var adapter = AdapterConfiguration(targets: TargetModules(.allLinear))
///     adapter.rank = 16
///     let job = try LowRankTrainingJob(
///       model: "Qwen2-0.5B", adapter, TrainingRequest(data: ["train.csv"]))
///     let history = try job.run(into: "adapter")
public struct LowRankTrainingJob: Sendable {
  /// What was asked for.
  public let request: TrainingRequest
  /// What is trained.
  public let adapter: AdapterConfiguration
  /// The model.
  public let model: LanguageModel
  /// The samples.
  public let data: TrainingData
  /// What the run will take.
  public let plan: LowRankPlan
  private let files: [String: String]

  /// Reads model, tokenizer and data, and plans the run.
  ///
  /// - Throws: `SPINError` for whatever is wrong with any of them; nothing has been written then.
  public init(
    model path: String, _ adapter: AdapterConfiguration, _ request: TrainingRequest
  ) throws {
    try request.options.check()
    try Self.check(adapter)
    self.request = request
    model = try LanguageModel(path: path)
    files = try model.directory.fileHashes()
    var adapter = adapter
    adapter.baseModel = adapter.baseModel ?? path
    self.adapter = adapter
    let configuration = model.decoder.configuration
    data = try TrainingData(request, tokenizer: model.tokenizer, model: configuration)
    plan = try LowRankPlan(
      configuration, adapter,
      weightBytes: model.directory.tensors.values.reduce(0) { $0 + $1.byteRange.count },
      work: .init(
        stepTokens: try data.largestStep(request.options),
        longestSample: data.samples.map(\.tokens.count).max() ?? 1,
        clips: request.options.maxGradientNorm > 0, threads: request.resources.threads),
      maxMemory: request.resources.maxMemory)
  }

  private static func check(_ adapter: AdapterConfiguration) throws {
    guard (1...1 << 16).contains(adapter.rank) else {
      throw SPINError(.usage, at: "--lora-r", "is \(adapter.rank), expected 1 to 65536")
    }
    guard adapter.alpha > 0, adapter.alpha.isFinite else {
      throw SPINError(
        .usage, at: "--lora-alpha", "is \(adapter.alpha), expected a positive number")
    }
    guard (0..<1).contains(adapter.dropout) else {
      throw SPINError(
        .usage, at: "--lora-dropout", "is \(adapter.dropout), expected at least 0 and below 1")
    }
  }

  /// "lora" or "dora".
  public var method: String { adapter.usesDoRA ? "dora" : "lora" }

  /// Optimizer steps of the run.
  public var stepCount: Int {
    // The split was found good when the run was planned.
    (try? SampleOrder(sampleCount: data.samples.count, options: request.options).stepCount) ?? 0
  }

  /// The folder of a run, with everything that decides its result.
  public func folder(_ path: String) -> TrainingFolder {
    var configuration = adapter
    // Where the model lies decides nothing.
    configuration.baseModel = nil
    return TrainingFolder(
      path: path, method: method,
      identity: [
        "tool": .string(SPINVersion.tool),
        "model_sha256": .string(ModelDirectory.modelHash(of: files)),
        "adapter": configuration.json, "data": data.json(request),
        "arguments": .object(request.options.json),
      ])
  }

  /// Trains, and writes the adapter as PEFT does, with `training.json` beside it.
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
    let trained = try LowRankModel(
      model.decoder, adapter, seed: request.options.seed, memory: plan.pass,
      on: Compute(threadCount: request.resources.threads))
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
      writeResult: { folder, _ in try trained.adapter.writeFiles(into: folder) })
  }
}

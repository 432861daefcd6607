// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// Training all weights of a model, its inputs read and found good: ready to run.
///
///     let job = try FullTrainingJob(.checkpoint("Qwen2-0.5B"), TrainingRequest(data: ["train.csv"]))
///     let history = try job.run(into: "tuned")
public struct FullTrainingJob: Sendable {
  /// What training begins with.
  public enum Beginning: Sendable {
    /// The folder of a Hugging Face checkpoint.
    case checkpoint(String)
    /// Random values for a `config.json`, and the folder of a tokenizer.
    case scratch(config: String, tokenizer: String)
  }

  private enum Source: Sendable {
    case checkpoint(LanguageModel, files: [String: String])
    case scratch(RandomBeginning, tokenizerFolder: String, tokenizer: Tokenizer)
  }

  /// What was asked for.
  public let request: TrainingRequest
  /// The samples.
  public let data: TrainingData
  /// What the run will take.
  public let plan: TrainingPlan
  private let source: Source

  /// Reads model, tokenizer and data, and plans the run.
  ///
  /// - Throws: `SPINError` for whatever is wrong with any of them; nothing has been written then.
  public init(_ beginning: Beginning, _ request: TrainingRequest) throws {
    try request.options.check()
    self.request = request
    switch beginning {
    case .checkpoint(let path):
      let model = try LanguageModel(path: path)
      source = .checkpoint(model, files: try model.directory.fileHashes())
    case .scratch(let config, let folder):
      source = .scratch(
        try RandomBeginning(configPath: config, seed: request.options.seed),
        tokenizerFolder: folder, tokenizer: try Tokenizer(directory: folder))
    }
    let configuration = Self.configuration(source)
    data = try TrainingData(
      request, tokenizer: Self.tokenizer(source), model: configuration)
    plan = try TrainingPlan(
      configuration,
      work: .init(
        stepTokens: try data.largestStep(request.options),
        longestSample: data.samples.map(\.tokens.count).max() ?? 1,
        clips: request.options.maxGradientNorm > 0, threads: request.resources.threads),
      maxMemory: request.resources.maxMemory)
  }

  /// The model's shape.
  public var configuration: DecoderConfiguration { Self.configuration(source) }

  /// Optimizer steps of the run.
  public var stepCount: Int {
    // The split was found good when the run was planned.
    (try? SampleOrder(sampleCount: data.samples.count, options: request.options).stepCount) ?? 0
  }

  /// The folder of a run, with everything that decides its result.
  public func folder(_ path: String) throws -> TrainingFolder {
    TrainingFolder(path: path, method: "full", identity: try identity)
  }

  /// Trains, and writes a model folder with `training.json` in it.
  ///
  /// - Parameters:
  ///   - path: The folder; one that holds something else is refused.
  ///   - restart: Whether to discard what a training run left there.
  ///   - shouldStop: Asked after each step; true ends the run with an error of code `interrupted`,
  ///     and the same call later goes on from there.
  ///   - report: Told of progress.
  /// - Throws: `SPINError` where the folder is taken, the disk is full, a loss is not finite, or the
  ///   run was stopped.
  public func run(
    into path: String, restart: Bool = false, shouldStop: () -> Bool = { false },
    report: (TrainingEvent) -> Void = { _ in }
  ) throws -> TrainingHistory {
    let folder = try folder(path)
    try folder.prepare(restart: restart)
    let clock = ContinuousClock()
    let start = clock.now
    let compute = Compute(threadCount: request.resources.threads)
    let memory = FullModel.Memory(keepsGradients: plan.keepsGradients, pass: plan.pass)
    let model =
      switch source {
      case .checkpoint(let model, _):
        try FullModel(model.directory, memory: memory, on: compute)
      case .scratch(let beginning, _, _):
        try FullModel(beginning, memory: memory, on: compute)
      }
    let trainer = try Trainer(
      model, samples: data.samples, options: request.options,
      resources: .init(
        threads: request.resources.threads, batchTokens: plan.batchTokens,
        momentsDirectory: plan.keepsMomentsInFile
          ? request.resources.scratchDirectory ?? folder.workspace : nil))
    return try folder.run(
      trainer, circumstances: { circumstances(seconds: (clock.now - start) / .seconds(1)) },
      shouldStop: shouldStop, report: report,
      writeResult: { folder, _ in try write(model, to: folder) })
  }

  private func circumstances(seconds: Double) -> JSON {
    [
      "seconds": .number(seconds), "threads": JSON(request.resources.threads),
      "max_memory": JSON(request.resources.maxMemory),
      "peak_resident_bytes": Machine.peakResidentBytes.map { JSON($0) } ?? .null,
    ]
  }

  // MARK: - Input and output

  private static func configuration(_ source: Source) -> DecoderConfiguration {
    switch source {
    case .checkpoint(let model, _): model.decoder.configuration
    case .scratch(let beginning, _, _): beginning.configuration
    }
  }

  private static func tokenizer(_ source: Source) -> Tokenizer {
    switch source {
    case .checkpoint(let model, _): model.tokenizer
    case .scratch(_, _, let tokenizer): tokenizer
    }
  }

  private var identity: JSONObject {
    get throws {
      var object: JSONObject = ["tool": .string(SPINVersion.tool)]
      switch source {
      case .checkpoint(_, let files):
        object["model_sha256"] = .string(ModelDirectory.modelHash(of: files))
      case .scratch(let beginning, _, _):
        object["config_sha256"] = .string(try FileDigest.sha256(ofFileAt: beginning.path))
      }
      object["data"] = data.json(request)
      object["arguments"] = .object(request.options.json)
      return object
    }
  }

  /// What belongs to a model besides its weights.
  private static let companions = [
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "tokenizer.model", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
    "chat_template.jinja", "chat_template.json", "LICENSE", "LICENSE.txt", "NOTICE",
  ]

  private func write(_ model: FullModel, to folder: String) throws {
    func copy(_ path: String, as name: String) throws {
      guard FileSystem.status(path)?.kind == .file else { return }
      try OutputFile.write(try FileSystem.read(path), to: folder + "/" + name)
    }
    switch source {
    case .checkpoint(let original, _):
      let types = original.directory.tensors.mapValues { $0.elementType ?? .float32 }
      try model.write(to: folder) { types[$0] ?? .float32 }
      for name in Self.companions { try copy(original.directory.path + "/" + name, as: name) }
    case .scratch(let beginning, let tokenizer, _):
      try model.write(to: folder) { _ in beginning.elementType }
      for name in Self.companions where name != "config.json" {
        try copy(tokenizer + "/" + name, as: name)
      }
      try copy(beginning.path, as: "config.json")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
import SPINLanguageModel
import SPINStorage

/// Training all weights of a model, with its inputs read and checked: ready to run.
///
///     let job = try FullTrainingJob(.checkpoint("Qwen2-0.5B"), TrainingRequest(data: ["train.csv"]))
///     let history = try job.run(into: "tuned")
public struct FullTrainingJob: TrainingJob {
  /// What training begins with.
  public enum Beginning: Sendable {
    /// The folder of a Hugging Face checkpoint.
    case checkpoint(String)
    /// Random values for a `config.json`, and the folder of a tokenizer.
    case scratch(config: String, tokenizer: String)
  }

  private enum Source: Sendable {
    case checkpoint(LanguageModel, files: [String: String])
    case scratch(
      RandomBeginning, configDigest: String, tokenizerFolder: String, tokenizer: Tokenizer)
  }

  /// The request.
  public let request: TrainingRequest
  /// The training and validation samples.
  public let data: TrainingData
  /// What the run will take.
  public let estimate: TrainingEstimate
  private let memory: FullModel.Memory
  private let source: Source
  private let settingsDigest: String

  /// Reads model, tokenizer and data, and plans the run.
  ///
  /// - Throws: `SPINError` for whatever is wrong with any of them; nothing has been written then.
  public init(_ beginning: Beginning, _ request: TrainingRequest) throws {
    try self.init(Self.source(beginning, seed: request.options.seed), request)
  }

  /// The same with a checkpoint that is loaded already, and the SHA-256 of its files.
  init(_ model: LanguageModel, files: [String: String], _ request: TrainingRequest) throws {
    try self.init(.checkpoint(model, files: files), request)
  }

  private init(_ source: Source, _ request: TrainingRequest) throws {
    try request.options.check()
    self.request = request
    self.source = source
    settingsDigest = try LanguageModel.settingsDigest(ofFolder: Self.folder(source))
    let configuration = Self.configuration(source)
    data = try Self.data(request, source, configuration)
    let plan = try TrainingPlan(
      configuration, work: data.work(request), execution: request.execution)
    memory = FullModel.Memory(keepsGradients: plan.keepsGradients, pass: plan.pass)
    estimate = TrainingEstimate(
      parameterCount: plan.parameterCount, batchTokens: plan.batchTokens,
      memoryBytes: plan.memoryBytes, scratchBytes: plan.scratchBytes,
      computesGradientsTwice: plan.computesTwice,
      computesStatesTwice: plan.pass.keptStateBytes < plan.wholeStateBytes)
    // Before the work, not at its end.
    _ = try companionFiles()
  }

  private static func source(_ beginning: Beginning, seed: UInt64) throws -> Source {
    switch beginning {
    case .checkpoint(let path):
      let model = try LanguageModel(path: path)
      return .checkpoint(model, files: try model.directory.fileHashes())
    case .scratch(let config, let folder):
      return .scratch(
        try RandomBeginning(configPath: config, seed: seed),
        configDigest: try FileDigest.sha256(ofFileAt: config), tokenizerFolder: folder,
        tokenizer: try Tokenizer(directory: folder))
    }
  }

  /// The folder of the model, or that of the tokenizer.
  public var inputFolders: [String] { [Self.folder(source)] }

  /// Warnings about the model that training begins with.
  public var warnings: [String] {
    switch source {
    case .checkpoint(let model, _): model.warnings
    case .scratch(let beginning, _, _, _): beginning.configuration.warnings
    }
  }

  /// "full".
  public var method: String { "full" }

  /// The model that training begins with, or the configuration of a new one.
  public var subject: JSONObject {
    var subject: JSONObject =
      switch source {
      case .checkpoint(_, let files):
        ["model_sha256": .string(ModelDirectory.modelHash(of: files))]
      case .scratch(_, let digest, _, _): ["config_sha256": .string(digest)]
      }
    subject["settings_sha256"] = .string(settingsDigest)
    return subject
  }

  /// All weights in memory, at their beginning.
  public func begin() throws -> FullModel {
    let device = request.execution.open()
    return switch source {
    case .checkpoint(let model, _):
      try FullModel(model.directory, memory: memory, on: device)
    case .scratch(let beginning, _, _, _):
      try FullModel(beginning, memory: memory, on: device)
    }
  }

  // MARK: - Input and output

  private static func folder(_ source: Source) -> String {
    switch source {
    case .checkpoint(let model, _): model.directory.path
    case .scratch(_, _, let tokenizerFolder, _): tokenizerFolder
    }
  }

  private static func configuration(_ source: Source) -> DecoderConfiguration {
    switch source {
    case .checkpoint(let model, _): model.decoder.configuration
    case .scratch(let beginning, _, _, _): beginning.configuration
    }
  }

  private static func data(
    _ request: TrainingRequest, _ source: Source, _ configuration: DecoderConfiguration
  ) throws -> TrainingData {
    var request = request
    // A model with random values is no chat model, whatever its tokenizer.
    if case .scratch = source, request.prompts.choice == .automatic {
      request.prompts.choice = .raw
    }
    return try TrainingData(
      request, tokenizer: tokenizer(source), model: configuration, folder: folder(source))
  }

  private static func tokenizer(_ source: Source) -> Tokenizer {
    switch source {
    case .checkpoint(let model, _): model.tokenizer
    case .scratch(_, _, _, let tokenizer): tokenizer
    }
  }

  /// What belongs to a model besides its weights.
  private static let companions = [
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "tokenizer.model", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
    "chat_template.jinja", "chat_template.json", "LICENSE", "LICENSE.txt", "NOTICE",
  ]

  /// The files besides weights, by the names that they get; links are followed as in other copies of models.
  ///
  /// - Throws: `SPINError` where one is a link that is not followed.
  private func companionFiles() throws -> [(name: String, path: String)] {
    func files(_ names: [String], of folder: String, weights: [String]) throws -> [(String, String)]
    {
      let rules = FolderRules(folder: folder, weights: weights)
      return try names.compactMap { name in
        try rules.file(at: folder + "/" + name).map { (name, $0) }
      }
    }
    switch source {
    case .checkpoint(let original, _):
      let directory = original.directory
      return try files(Self.companions, of: directory.path, weights: directory.weightFileNames)
    case .scratch(let beginning, _, let tokenizer, _):
      let names = Self.companions.filter { $0 != "config.json" }
      return try files(names, of: tokenizer, weights: []) + [("config.json", beginning.path)]
    }
  }

  /// Writes a model folder, in the checkpoint's own precision.
  public func write(_ model: FullModel, to folder: String) throws {
    switch source {
    case .checkpoint(let original, _):
      try model.write(to: folder) { name in
        (try? original.directory.parameter(name))?.elementType ?? .float32
      }
    case .scratch(let beginning, _, _, _):
      try model.write(to: folder) { _ in beginning.elementType }
    }
    for (name, path) in try companionFiles() {
      try OutputFile.write(try FileSystem.read(path), to: folder + "/" + name)
    }
  }
}

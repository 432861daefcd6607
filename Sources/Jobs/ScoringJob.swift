// SPDX-License-Identifier: Apache-2.0

import SPINDecoderNames
import SPINErrors
public import SPINExecution
public import SPINLanguageModel
import SPINScores
import SPINStorage

/// What to score, as the user specifies it: a model folder, data files and options.
public struct ScoringRequest: Sendable {
  /// A data set by the name that the user gives it.
  public struct DataFile: Sendable, Hashable {
    /// The name, such as "privacy".
    public var name: String
    /// The path of its file.
    public var path: String

    /// Names a file.
    public init(name: String, path: String) {
      self.name = name
      self.path = path
    }
  }

  /// The folder of the checkpoint.
  public var model: String
  /// The data sets, in the order in which they are scored.
  public var data: [DataFile]
  /// The columns of prompts and responses.
  public var columns = DataTable.Columns()
  /// How samples are drawn.
  public var calibration = CalibrationOptions()
  /// How prompts and responses become tokens.
  public var prompts = PromptRequest()
  /// The matrices to score.
  public var target = TargetModule.feedForward
  /// How many scores to write.
  public var keep = KeepPolicy.automatic
  /// The device, memory budget and scratch folder to compute with.
  public var execution: Execution

  /// A request with the paper's defaults.
  public init(
    model: String, data: [DataFile],
    on execution: Execution = Execution()
  ) {
    self.model = model
    self.data = data
    self.execution = execution
  }
}

/// A request whose inputs were read and checked: ready to run.
public struct ScoringJob: Sendable {
  /// The request.
  public let request: ScoringRequest
  /// The model with its tokenizer.
  public let model: LanguageModel
  /// The SHA-256 of each weight file, by name.
  public let modelFiles: [String: String]
  /// How prompts and responses became tokens.
  public let promptFormat: PromptFormat
  /// The samples of each data set.
  public let dataSets: [CalibrationSet]
  /// What computes the scores.
  public let scorer: ImportanceScorer

  /// The checkpoint.
  public var directory: ModelDirectory { model.directory }
  /// The model's layers.
  public var decoder: Decoder { model.decoder }

  /// Reads model, tokenizer and data, and plans the run.
  ///
  /// - Throws: `SPINError` for whatever is wrong with any of them; nothing has been written then.
  public init(_ request: ScoringRequest) throws {
    let model = try LanguageModel(path: request.model)
    try self.init(request, model: model, modelFiles: model.directory.fileHashes())
  }

  /// The same with a model that is loaded already, and the SHA-256 of its files.
  init(_ request: ScoringRequest, model: LanguageModel, modelFiles: [String: String]) throws {
    self.request = request
    self.model = model
    self.modelFiles = modelFiles
    promptFormat = try request.prompts.format(ofModelAt: model.directory.path)
    let encoding = CalibrationEncoding(model, promptFormat)
    dataSets = try request.data.map { file in
      try CalibrationSet(
        name: file.name, table: DataTable(path: file.path, columns: request.columns),
        options: request.calibration,
        encoding: encoding)
    }
    try Self.requireDifferent(dataSets)
    scorer = try Self.scorer(request, model, dataSets, modelFiles: modelFiles)
  }

  /// Refuses one file under two names: the weights on which both depend would be just the most important weights of one.
  private static func requireDifferent(_ dataSets: [CalibrationSet]) throws {
    for (place, one) in dataSets.enumerated() {
      // One name twice is an error of its own.
      guard
        let other = dataSets[..<place].first(where: {
          $0.dataDigest == one.dataDigest && $0.name != one.name
        })
      else { continue }
      throw SPINError(
        .usage, at: .scoredData,
        "\"\(other.name)\" and \"\(one.name)\" are the same data: \(one.path)",
        remedy: "name a file of its own for each")
    }
  }

  /// How the model turns texts into tokens.
  var encoding: CalibrationEncoding { CalibrationEncoding(model, promptFormat) }

  /// A scorer of the same model with a patch applied in memory.
  ///
  /// Its scores are those of the patched checkpoint, and are recorded as such.
  func scorer(with patch: Patch) throws -> ImportanceScorer {
    try Self.scorer(
      request, model.replacingWeights(by: patch.edited(model.directory)), dataSets,
      modelFiles: patch.filesAfter ?? modelFiles)
  }

  private static func scorer(
    _ request: ScoringRequest, _ model: LanguageModel, _ dataSets: [CalibrationSet],
    modelFiles: [String: String]
  ) throws -> ImportanceScorer {
    try ImportanceScorer(
      decoder: model.decoder, modelFiles: modelFiles,
      modelOrigin: model.directory.origin?.statement, dataSets: dataSets, target: request.target,
      keep: request.keep, tool: SPINVersion.tool, on: request.execution,
      configurationDigest: model.directory.configurationDigest(), inputs: [model.directory.path])
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINExecution

/// What to train on and how, as the user specifies it; the same for every method.
public struct TrainingRequest: Sendable {
  /// The data files, read one after the other.
  public var data: [String]
  /// How many rows of each file are used, drawn with the seed of the options as calibration rows
  /// are; nil for every row.
  public var sampleCount: Int?
  /// The columns of prompts and responses.
  public var columns = DataTable.Columns()
  /// How prompts and responses become tokens.
  public var prompts = PromptRequest()
  /// Whether the tokenizer's end token is put after every raw response, so that the model learns to
  /// stop; a chat template ends each turn itself.
  public var appendsEndOfText = true
  /// What happens to the first token of a response.
  public var firstResponseToken = FirstResponseToken.bos
  /// What happens to a sample that is longer than the model's context.
  public var overflow = Overflow.error
  /// How it is trained.
  public var options = TrainingOptions()
  /// The device, memory budget and scratch folder.
  public var execution: Execution

  /// A request with the defaults of transformers.
  public init(
    data: [String],
    on execution: Execution = Execution()
  ) {
    self.data = data
    self.execution = execution
  }
}

/// Samples to train on, with what the record says about them.
public struct TrainingData: Sendable {
  /// What was read from each file.
  public let sets: [CalibrationSet]

  /// All samples, in the order of the files.
  public let samples: [CalibrationSample]
  /// The order of the samples, and the validation set.
  public let order: SampleOrder

  /// How prompts and responses became tokens.
  public let promptFormat: PromptFormat

  /// Reads and tokenizes the data of a request.
  ///
  /// - Parameters:
  ///   - request: What to train on.
  ///   - tokenizer: The tokenizer.
  ///   - model: The model's configuration.
  ///   - folder: The folder of the checkpoint or tokenizer, whose chat template may be used.
  /// - Throws: `SPINError` for whatever is wrong with a file or a row, where an end token is to be
  ///   put after responses and the tokenizer has none, and where the split leaves nothing to train on.
  public init(
    _ request: TrainingRequest, tokenizer: Tokenizer, model: DecoderConfiguration, folder: String
  ) throws {
    promptFormat = try request.prompts.format(ofModelAt: folder)
    var needsEnd = request.appendsEndOfText
    if case .chat = promptFormat { needsEnd = false }
    guard !needsEnd || tokenizer.eosID != nil else {
      throw SPINError(
        .configuration, "the tokenizer names no token that ends a text",
        remedy: "give \(setting: .noEndOfText), or use the tokenizer_config.json that names one")
    }
    let encoding = CalibrationEncoding(
      tokenizer, model, promptFormat, endOfResponse: needsEnd ? tokenizer.eosID : nil)
    sets = try request.data.map { path in
      let table = try DataTable(path: path, columns: request.columns)
      var options = CalibrationOptions()
      options.firstResponseToken = request.firstResponseToken
      options.overflow = request.overflow
      if let count = request.sampleCount {
        (options.sampleCount, options.seed) = (count, request.options.seed)
        return try CalibrationSet(
          name: "training", table: table, options: options, encoding: encoding)
      }
      return try CalibrationSet(
        name: "training", table: table, rows: Array(table.rows.indices), options: options,
        encoding: encoding)
    }
    samples = sets.flatMap(\.samples)
    order = try SampleOrder(sampleCount: samples.count, options: request.options)
  }

  /// What decides the samples, for the record.
  public func json(_ request: TrainingRequest) -> JSON {
    .array(
      sets.map { set in
        var object: JSONObject = [
          "file": .string(set.path.split(separator: "/").last.map(String.init) ?? set.path),
          "sha256": .string(set.dataDigest), "samples_sha256": .string(set.sampleDigest),
          "samples": JSON(set.report.sampleCount), "tokens": JSON(set.report.tokenCount),
          "target_tokens": JSON(set.report.responseTokenCount),
          "truncated": JSON(set.report.truncatedRows.count),
          "skipped": JSON(set.report.skippedRows.count),
          "without_response": JSON(set.report.rowsWithoutResponse.count),
          "append_eos": .bool(request.appendsEndOfText),
          "first_response_token": .string(request.firstResponseToken.rawValue),
          "overflow": .string(request.overflow.rawValue),
        ]
        if set.promptFormat != "raw" { object["prompt_format"] = promptFormat.identity }
        return .object(object)
      })
  }

  /// What a plan has to know of a run.
  func work(_ request: TrainingRequest) -> TrainingPlan.Work {
    .init(
      stepTokens: largestStep(request.options), longestSample: longestSample,
      clips: request.options.maxGradientNorm > 0)
  }

  /// The tokens of the longest sample.
  var longestSample: Int { samples.map(\.tokens.count).max() ?? 1 }

  /// The tokens of the largest step of a run, or of the samples that are measured together.
  func largestStep(_ options: TrainingOptions) -> Int {
    let lengths = samples.map(\.tokens.count)
    var order = order
    var largest = 0
    for step in 0..<order.stepCount {
      largest = max(largest, order.samples(of: step).reduce(0) { $0 + lengths[$1] })
    }
    let evaluation = order.evaluation.map { lengths[$0] }
    for start in stride(from: 0, to: evaluation.count, by: options.samplesPerStep) {
      let part = evaluation[start..<min(start + options.samplesPerStep, evaluation.count)]
      largest = max(largest, part.reduce(0, +))
    }
    return largest
  }
}

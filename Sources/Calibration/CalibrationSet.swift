// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors

/// What the samples need to know of the tokenizer and the model.
public struct CalibrationEncoding {
  /// The tokens of a text, with what the tokenizer puts before and after it.
  public var encode: (String) throws -> [Int32]
  /// The token that begins a sequence, nil where the tokenizer has none.
  public var beginningOfSequence: Int32?
  /// How many tokens the model has embeddings for.
  public var vocabularySize: Int
  /// How many positions the model has.
  public var positionCount: Int
  /// The token that is put after every response; nil for none, as scoring wants it.
  public var endOfResponse: Int32?
  /// What makes a prompt and its response one text, where they are not simply joined: their tokens, with
  /// everything that belongs to the response.
  public var encodePair: ((_ prompt: String, _ response: String) throws -> Pair)?
  /// The format of prompts, for records: "raw", or what decides another one.
  public var promptFormat = "raw"

  /// The tokens of a prompt and of its response.
  public typealias Pair = (prompt: [Int32], response: [Int32])

  /// Describes tokenizer and model.
  public init(
    beginningOfSequence: Int32?, vocabularySize: Int, positionCount: Int,
    endOfResponse: Int32? = nil, encode: @escaping (String) throws -> [Int32]
  ) {
    self.beginningOfSequence = beginningOfSequence
    self.vocabularySize = vocabularySize
    self.positionCount = positionCount
    self.endOfResponse = endOfResponse
    self.encode = encode
  }
}

/// The samples on which one data set is scored.
///
/// Rows are drawn as the paper's code draws them, which is
/// `numpy.random.default_rng(seed).permutation(rowCount)[:sampleCount]`. A sample is the prompt's
/// tokens followed by the response's, raw: no chat template, no EOS beyond the tokenizer's own; or, where the
/// encoding makes pairs, what it makes of the two.
public struct CalibrationSet: Sendable {
  /// What the user calls it: "privacy".
  public let name: String
  /// The data file.
  public let path: String
  /// The SHA-256 of the data file.
  public let dataDigest: String
  /// How the samples were drawn.
  public let options: CalibrationOptions
  /// The format of prompts: `CalibrationEncoding.promptFormat`.
  public let promptFormat: String
  /// The rows drawn, in the order drawn, counted from 0 without the header.
  public let rows: [Int]
  /// The samples in the order drawn; every one has a token that the loss covers.
  public let samples: [CalibrationSample]
  /// What was found on the way.
  public let report: CalibrationReport

  /// Draws samples from a table and tokenizes them.
  ///
  /// - Throws: `SPINError` where the table has fewer rows than are requested, where a sample is
  ///   too long and `options.overflow` is `error`, where a token lies outside the vocabulary, and
  ///   where no sample is left.
  public init(
    name: String, table: DataTable, options: CalibrationOptions, encoding: CalibrationEncoding
  ) throws {
    try self.init(
      name: name, table: table, rows: Self.draw(options, from: table), options: options,
      encoding: encoding)
  }

  /// Tokenizes given rows of a table, as training does with all of them.
  ///
  /// - Parameter rows: Rows of the table; `options` says nothing of the draw then.
  /// - Throws: As above.
  public init(
    name: String, table: DataTable, rows: [Int], options: CalibrationOptions,
    encoding: CalibrationEncoding
  ) throws {
    self.name = name
    self.options = options
    promptFormat = encoding.promptFormat
    path = table.path
    dataDigest = table.digest
    self.rows = rows
    var report = CalibrationReport(drawn: rows.map { table.rows[$0] })
    var samples: [CalibrationSample] = []
    for row in rows {
      let place = "\(table.path): row \(row) (line \(table.rows[row].line))"
      guard
        let sample = try Self.sample(row, table.rows[row], place, options, encoding, &report)
      else { continue }
      guard !sample.lossPositions.isEmpty else {
        report.rowsWithoutResponse.append(row)
        continue
      }
      report.tokenCount += sample.tokens.count
      report.responseTokenCount += sample.lossPositions.count
      samples.append(sample)
    }
    guard !samples.isEmpty else {
      throw SPINError(
        .malformedInput, at: table.path,
        "none of the \(rows.count) rows drawn has a response token to score")
    }
    report.sampleCount = samples.count
    self.samples = samples
    self.report = report
  }

  /// The SHA-256 of what is scored: of each sample, in order, the number of prompt tokens, the
  /// number of tokens and the tokens, each as 32 bits, lowest byte first.
  public var sampleDigest: String {
    var bytes: [UInt8] = []
    func append(_ value: Int32) {
      for shift in stride(from: Int32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> shift))
      }
    }
    for sample in samples {
      append(Int32(sample.promptCount))
      append(Int32(sample.tokens.count))
      sample.tokens.forEach(append)
    }
    return FileDigest.sha256(bytes)
  }

  private static func draw(_ options: CalibrationOptions, from table: DataTable) throws -> [Int] {
    guard options.sampleCount > 0 else {
      throw SPINError(.usage, "\(options.sampleCount) samples requested, expected at least 1")
    }
    guard options.sampleCount <= table.rows.count else {
      throw SPINError(
        .malformedInput, at: table.path,
        "has \(table.rows.count) rows, \(options.sampleCount) samples are requested",
        remedy:
          "request at most \(table.rows.count) with \(setting: .sampleCount), or bring more rows")
    }
    var generator = NumPyGenerator(seed: options.seed)
    return Array(generator.permutation(table.rows.count).prefix(options.sampleCount))
  }

  private static func pair(
    _ row: DataTable.Row, _ options: CalibrationOptions, _ encoding: CalibrationEncoding
  ) throws -> CalibrationEncoding.Pair {
    if let encodePair = encoding.encodePair { return try encodePair(row.prompt, row.response) }
    var response = try encoding.encode(row.response)[...]
    let dropsFirst =
      switch options.firstResponseToken {
      case .bos: response.first != nil && response.first == encoding.beginningOfSequence
      case .drop: true
      case .keep: false
      }
    if dropsFirst { response = response.dropFirst() }
    return (
      try encoding.encode(row.prompt), response + (encoding.endOfResponse.map { [$0] } ?? [])
    )
  }

  /// The tokens of one row, or nil where the row is skipped.
  private static func sample(
    _ number: Int, _ row: DataTable.Row, _ place: String, _ options: CalibrationOptions,
    _ encoding: CalibrationEncoding, _ report: inout CalibrationReport
  ) throws -> CalibrationSample? {
    let (prompt, response) = try pair(row, options, encoding)
    var tokens = prompt + response
    if let stray = tokens.first(where: { $0 < 0 || Int($0) >= encoding.vocabularySize }) {
      throw SPINError(
        .malformedInput, at: place,
        "the tokenizer gives token \(stray), the model has \(encoding.vocabularySize) tokens",
        remedy: "use the tokenizer that belongs to the model")
    }
    report.longestSample = max(report.longestSample, tokens.count)
    if tokens.count > encoding.positionCount {
      switch options.overflow {
      case .error:
        throw SPINError(
          .malformedInput, at: place,
          "the sample has \(tokens.count) tokens, the model has \(encoding.positionCount) positions",
          remedy: """
            choose \(setting: .overflow, value: Overflow.truncate) or \
            \(setting: .overflow, value: Overflow.skip)
            """)
      case .skip:
        report.skippedRows.append(number)
        return nil
      case .truncate:
        report.truncatedRows.append(number)
        tokens.removeLast(tokens.count - encoding.positionCount)
      }
    }
    return CalibrationSample(
      row: number, tokens: tokens, promptCount: min(prompt.count, tokens.count))
  }
}

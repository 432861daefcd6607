// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
public import SPINDecoderNames

/// The provenance of scores, so that they are never mistaken for others.
public struct ScoreProvenance: Sendable, Equatable {
  /// The program that computed them, with its version.
  public var tool: String
  /// The SHA-256 of each weight file of the model, by name.
  public var modelFiles: [String: String]
  /// The SHA-256 of the model's `config.json`; nil in scores of before it was recorded.
  public var configurationDigest: String?
  /// The arithmetic that computed them, as `Arithmetic.name`; nil in scores of before it was recorded.
  public var arithmetic: String?
  /// Where the weights come from, as `ModelOrigin.statement`, where that is known.
  ///
  /// It decides no score: the hashes of `modelFiles` do.
  public var modelOrigin: String?
  /// What the user calls the data set: "privacy".
  public var dataSet: String
  /// The name of the data file, without its folder.
  public var dataFile: String
  /// The SHA-256 of the data file.
  public var dataDigest: String
  /// The rows drawn, in the order drawn, counted from 0 without the header.
  public var rows: [Int]
  /// The seed of the draw.
  public var seed: UInt64
  /// The SHA-256 of the token sequences that were scored.
  public var sampleDigest: String
  /// How many samples were scored.
  public var sampleCount: Int
  /// The number of their tokens.
  public var tokenCount: Int
  /// Their tokens that the loss covers.
  public var responseTokenCount: Int
  /// How many samples were cut to the model's positions.
  public var truncatedCount: Int
  /// How many rows were left out as too long.
  public var skippedCount: Int
  /// How many rows have no token that the loss covers.
  public var emptyCount: Int
  /// How many scores of each matrix were stored.
  public var keep: KeepPolicy
  /// Which matrices were scored.
  public var targetModule: TargetModule
  /// The policy for the first token of a response: "bos", "drop" or "keep".
  public var firstResponseToken: String
  /// The policy for samples that are too long: "error", "truncate" or "skip".
  public var overflow: String
  /// How prompts and responses became tokens: "raw", or what decides another format.
  public var promptFormat: String

  /// Records what scores were computed from.
  public init(
    tool: String, modelFiles: [String: String], dataSet: String, dataFile: String,
    dataDigest: String, rows: [Int], seed: UInt64, sampleDigest: String, sampleCount: Int,
    tokenCount: Int, responseTokenCount: Int, truncatedCount: Int, skippedCount: Int,
    emptyCount: Int, keep: KeepPolicy, targetModule: TargetModule, firstResponseToken: String,
    overflow: String, promptFormat: String = "raw", modelOrigin: String? = nil,
    configurationDigest: String? = nil, arithmetic: String? = nil
  ) {
    self.tool = tool
    self.modelFiles = modelFiles
    self.modelOrigin = modelOrigin
    self.configurationDigest = configurationDigest
    self.arithmetic = arithmetic
    self.dataSet = dataSet
    self.dataFile = dataFile
    self.dataDigest = dataDigest
    self.rows = rows
    self.seed = seed
    self.sampleDigest = sampleDigest
    self.sampleCount = sampleCount
    self.tokenCount = tokenCount
    self.responseTokenCount = responseTokenCount
    self.truncatedCount = truncatedCount
    self.skippedCount = skippedCount
    self.emptyCount = emptyCount
    self.keep = keep
    self.targetModule = targetModule
    self.firstResponseToken = firstResponseToken
    self.overflow = overflow
    self.promptFormat = promptFormat
  }

  /// Whether scores of both are the same numbers, whatever the origin of the same weights.
  public func yieldsSameScores(as other: ScoreProvenance) -> Bool {
    var own = self
    own.modelOrigin = other.modelOrigin
    // What decides is what a file holds.
    own.dataFile = other.dataFile
    own.assumeUnrecorded(of: other)
    return own == other
  }

  /// A digest of what decides the scores: not of the program's version, of names of files, or of where weights came from.
  package var contentDigest: String {
    let passing = ["tool", "data_file", "model_origin"]
    let lines = metadata.filter { !passing.contains($0.key) }.map { "\($0.key)=\($0.value)" }
    return FileDigest.sha256(Array(lines.joined(separator: "\n").utf8))
  }

  /// What one of two did not record is no difference between them.
  mutating func assumeUnrecorded(of other: ScoreProvenance) {
    if configurationDigest == nil || other.configurationDigest == nil {
      configurationDigest = other.configurationDigest
    }
    if arithmetic == nil || other.arithmetic == nil { arithmetic = other.arithmetic }
  }

  /// One SHA-256 for all weights of the model.
  public var modelHash: String { ModelDirectory.modelHash(of: modelFiles) }
}

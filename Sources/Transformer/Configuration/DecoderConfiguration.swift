// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
public import SPINJSON

/// The shape of a decoder, as `config.json` states it.
public struct DecoderConfiguration: Sendable, Hashable {
  /// Which family it belongs to.
  public let family: Family
  /// Width of the residual stream, D.
  public let hiddenSize: Int
  /// Width of the feed-forward network, F.
  public let intermediateSize: Int
  /// The number of decoder blocks.
  public let layerCount: Int
  /// Query heads, H.
  public let headCount: Int
  /// Key/value heads, K.
  public let keyValueHeadCount: Int
  /// Size of a head, E; need not be D / H.
  public let headSize: Int
  /// Entries of the vocabulary, V.
  public let vocabularySize: Int
  /// Longest sequence that the model was made for.
  public let maxPositionEmbeddings: Int
  /// The epsilon of every RMS normalization.
  public let rmsNormEpsilon: Float
  /// The rotary embedding.
  public let rope: RopeParameters
  /// Whether the output projection is the embedding: what `config.json` says, and in a `Decoder` what
  /// its file shows.
  public internal(set) var tiesWordEmbeddings: Bool
  /// The sliding window of each layer; nil where a token sees all before it.
  public let windows: [Int?]
  /// Whether q, k and v have biases.
  public let hasQueryKeyValueBias: Bool
  /// Whether o has a bias.
  public let hasAttentionOutputBias: Bool
  /// Whether queries and keys are normalized head by head.
  public let hasQueryKeyNorm: Bool
  /// What of the file is not used although it says something, as sentences.
  public let warnings: [String]

  /// Reads a `config.json`.
  ///
  /// - Throws: `SPINError` with code `configuration` that names the key, the value found and what
  ///   was expected; `unavailable` for a model of a kind that SPIN does not compute.
  ///   What the file says in two ways means what it means to transformers 5; where that depends on
  ///   the version, it is an error.
  public init(_ config: JSONObject) throws {
    var warnings: [String] = []
    let family = try Family(config)
    let defaults = family.defaults
    func positive(_ key: String, upTo limit: Int = JSONObject.largestSize) throws -> Int {
      try config.positive(key, try config.required(key, code: .configuration), upTo: limit)
    }
    self.family = family
    // Several times what the largest models have, so that products of all sizes fit 64 bits.
    hiddenSize = try positive("hidden_size", upTo: 1 << 20)
    intermediateSize = try positive("intermediate_size", upTo: 1 << 22)
    layerCount = try positive("num_hidden_layers", upTo: MatrixName.layerLimit)
    headCount = try positive("num_attention_heads", upTo: 1 << 14)
    vocabularySize = try positive("vocab_size")
    // Null stands for as many as query heads, in every family; only absence for the default.
    let keyValueHeads: Int? = try config.optional("num_key_value_heads", code: .configuration)
    keyValueHeadCount = try config.positive(
      "num_key_value_heads",
      keyValueHeads ?? (config["num_key_value_heads"] == nil ? defaults.keyValueHeadCount : nil)
        ?? headCount)
    guard headCount % keyValueHeadCount == 0 else {
      throw config.failure(
        "num_key_value_heads",
        "is \(keyValueHeadCount), expected a divisor of "
          + "num_attention_heads \(headCount)", code: .configuration)
    }
    headSize = try Self.headSize(config, hiddenSize, headCount, defaults)
    let key = "max_position_embeddings"
    maxPositionEmbeddings = try config.positive(
      key, config[key] == nil ? defaults.maxPositionEmbeddings : try positive(key))
    let epsilon =
      config["rms_norm_eps"] == nil
      ? 1e-6 : try config.required("rms_norm_eps", as: Double.self, code: .configuration)
    guard epsilon > 0, epsilon < 1 else {
      throw config.failure(
        "rms_norm_eps", "is \(epsilon), expected a small positive number", code: .configuration)
    }
    rmsNormEpsilon = Float(epsilon)
    rope = try RopeParameters(
      config, maxPositionEmbeddings: maxPositionEmbeddings, warnings: &warnings)
    tiesWordEmbeddings =
      try config.optional("tie_word_embeddings", code: .configuration) ?? false
    windows = try family.windows(config, layerCount: layerCount)
    func isSet(_ key: String, isKnown: Bool) throws -> Bool {
      guard try config.optional(key, as: Bool.self, code: .configuration) ?? false else {
        return false
      }
      if !isKnown {
        warnings.append(
          "config.json: \(key) is not used: \(family.architecture) has no such setting")
      }
      return isKnown
    }
    let hasAttentionBias = try isSet("attention_bias", isKnown: defaults.knowsAttentionBias)
    hasQueryKeyValueBias = defaults.hasQueryKeyValueBias || hasAttentionBias
    hasAttentionOutputBias = hasAttentionBias
    hasQueryKeyNorm = defaults.hasQueryKeyNorm
    if try isSet("mlp_bias", isKnown: defaults.knowsFeedForwardBias) {
      throw config.failure("mlp_bias", "is true; biases there are not computed", code: .unavailable)
    }
    try Self.refuseActivations(config)
    self.warnings = warnings
  }

  private static func headSize(
    _ config: JSONObject, _ hiddenSize: Int, _ headCount: Int, _ defaults: Family.Defaults
  ) throws -> Int {
    let stated: Int? = try config.optional("head_dim", code: .configuration)
    if config["head_dim"] == .null, let size = defaults.headSize {
      throw config.failure(
        "head_dim", "is null, expected an integer, or no such key for \(size)",
        code: .configuration)
    }
    if stated == nil, defaults.headSize == nil, hiddenSize % headCount != 0 {
      throw config.failure(
        "hidden_size",
        "is \(hiddenSize), expected a multiple of num_attention_heads \(headCount) "
          + "where head_dim is absent", code: .configuration)
    }
    let size = try config.positive(
      "head_dim", stated ?? defaults.headSize ?? hiddenSize / headCount, upTo: 1 << 16)
    guard size % 2 == 0 else {
      throw config.failure(
        "head_dim", "is \(size), expected an even number: rotary embedding turns pairs",
        code: .configuration)
    }
    return size
  }

  private static func refuseActivations(_ config: JSONObject) throws {
    let activation =
      try config.optional("hidden_act", as: String.self, code: .configuration) ?? "silu"
    guard activation == "silu" || activation == "swish" else {
      throw config.failure(
        "hidden_act", "is \"\(activation)\", expected \"silu\"", code: .unavailable)
    }
  }
}

extension JSONObject {
  /// The largest count of anything, as of positions.
  static let largestSize = 1 << 28

  /// A count that has to be at least 1 and small enough to multiply safely.
  func positive(_ key: String, _ value: Int, upTo limit: Int = largestSize) throws -> Int {
    guard 1...limit ~= value else {
      throw failure(key, "is \(value), expected 1 to \(limit)", code: .configuration)
    }
    return value
  }
}

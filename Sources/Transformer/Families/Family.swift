// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON

/// A family of decoders that SPIN computes; its name is the `model_type` of `config.json`.
///
/// All share one block: RMS normalization, rotary causal attention with grouped key/value heads, a
/// gated feed-forward network, and the same tensor names. A family is its defaults and its few
/// differences.
public enum Family: String, Sendable, CaseIterable {
  /// Llama 2, 3, 3.1 and later, Vicuna.
  case llama
  /// Mistral 7B and its relatives.
  case mistral
  /// Qwen2 and Qwen2.5.
  case qwen2
  /// Qwen3 (dense).
  case qwen3

  /// What a family does where `config.json` is silent: the defaults of its configuration class in
  /// transformers.
  struct Defaults {
    /// Nil stands for as many as query heads.
    var keyValueHeadCount: Int?
    /// Nil stands for hidden size / heads.
    var headSize: Int?
    var maxPositionEmbeddings: Int
    var hasQueryKeyValueBias = false
    var hasQueryKeyNorm = false
    /// Whether the class reads `attention_bias`.
    var knowsAttentionBias = false
    /// Whether the class reads `mlp_bias`.
    var knowsFeedForwardBias = false
  }

  var defaults: Defaults {
    switch self {
    case .llama: Llama.defaults
    case .mistral: Mistral.defaults
    case .qwen2: Qwen2.defaults
    case .qwen3: Qwen3.defaults
    }
  }

  /// The sliding window of each layer.
  func windows(_ config: JSONObject, layerCount: Int) throws -> [Int?] {
    switch self {
    case .llama: try Llama.windows(config, layerCount: layerCount)
    case .mistral: try Mistral.windows(config, layerCount: layerCount)
    case .qwen2, .qwen3: try Qwen2.windows(config, layerCount: layerCount)
    }
  }

  /// Finds the family of a configuration.
  ///
  /// - Throws: `SPINError` with code `unavailable` that says what the model is and why it is
  ///   refused.
  public init(_ config: JSONObject) throws {
    let type: String = try config.required("model_type", code: .configuration)
    try Self.refuseKinds(config, type)
    guard let family = Family(rawValue: type) else {
      throw config.failure(
        "model_type", "is \"\(type)\", expected one of \(Self.names)", code: .unavailable,
        remedy: "SPIN computes dense decoders of these families only")
    }
    let expected = family.architecture
    // Empty, null and absent say nothing: the class follows from the type.
    if let architectures = config["architectures"], architectures != .null,
      architectures != .array([]), architectures.array?.contains(.string(expected)) != true
    {
      throw config.failure(
        "architectures",
        "is \(config["architectures"]?.brief ?? "null"), expected "
          + "[\"\(expected)\"]", code: .unavailable,
        remedy: "use the checkpoint of the language model itself")
    }
    self = family
  }

  /// The class of transformers.
  var architecture: String {
    switch self {
    case .llama: "LlamaForCausalLM"
    case .mistral: "MistralForCausalLM"
    case .qwen2: "Qwen2ForCausalLM"
    case .qwen3: "Qwen3ForCausalLM"
    }
  }

  private static var names: String {
    allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
  }

  /// Refuses whole kinds of models by their own names, before anything else is looked at.
  private static func refuseKinds(_ config: JSONObject, _ type: String) throws {
    func refuse(_ key: String, _ kind: String) -> SPINError {
      config.failure(
        key, "marks \(kind), which SPIN does not compute", code: .unavailable,
        remedy: "use a dense, unquantized text model of \(names)")
    }
    if type.hasSuffix("moe") || type == "mixtral" {
      throw refuse("model_type", "a mixture of experts")
    }
    for key in ["num_local_experts", "num_experts", "n_routed_experts"] {
      if let count = try config.optional(key, as: Int.self, code: .configuration), count > 1 {
        throw refuse(key, "a mixture of experts")
      }
    }
    for key in ["text_config", "vision_config", "audio_config"] where config.says(key) {
      throw refuse(key, "a multimodal model")
    }
    for key in ["quantization_config", "quantization", "compression_config"]
    where config.says(key) {
      throw refuse(key, "a quantized model")
    }
    // An empty object is what a save without code leaves.
    if config.says("auto_map"), config["auto_map"] != .object(JSONObject()) {
      throw refuse("auto_map", "a model with code of its own")
    }
  }
}

extension JSONObject {
  /// Whether a key is there with a value other than null.
  fileprivate func says(_ key: String) -> Bool { self[key].map { $0 != .null } ?? false }
}

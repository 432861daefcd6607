// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// Llama 2, 3, 3.1 and later, and Vicuna.
///
/// - Source: `LlamaConfig` and `modeling_llama.py` in transformers; Touvron et al. 2023,
///   arXiv:2307.09288.
enum Llama {
  static let defaults = Family.Defaults(
    maxPositionEmbeddings: 2048, knowsAttentionBias: true, knowsFeedForwardBias: true)

  /// No layer has a window.
  ///
  /// A window that would cut something is refused: transformers computes without it, but its
  /// key/value cache keeps to it, so that what is generated differs from what is scored.
  static func windows(_ config: JSONObject, layerCount: Int) throws -> [Int?] {
    let window = try config.optional("sliding_window", as: Int.self, code: .configuration)
    let positions =
      try config.optional("max_position_embeddings", as: Int.self, code: .configuration)
      ?? defaults.maxPositionEmbeddings
    let types = config["layer_types"]?.array ?? []
    guard types.isEmpty || types.count == layerCount else {
      throw config.failure(
        "layer_types", "has \(types.count) entries, expected num_hidden_layers \(layerCount)",
        code: .configuration)
    }
    if types.contains(.string("sliding_attention")) || (window ?? .max) < positions {
      throw config.failure(
        types.isEmpty ? "sliding_window" : "layer_types",
        "asks for a sliding window, which LlamaForCausalLM does not have", code: .unavailable,
        remedy: "check that model_type is right: Mistral is the Llama with a window")
    }
    return Array(repeating: nil, count: layerCount)
  }
}

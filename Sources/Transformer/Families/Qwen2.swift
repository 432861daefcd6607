// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// Qwen2 and Qwen2.5: Llama with biases on queries, keys and values.
///
/// - Source: `Qwen2Config` and `modeling_qwen2.py` in transformers; Yang et al. 2024,
///   arXiv:2407.10671.
enum Qwen2 {
  static let defaults = Family.Defaults(
    keyValueHeadCount: 32, maxPositionEmbeddings: 32_768, hasQueryKeyValueBias: true)

  /// The window counts only where `use_sliding_window` is true, and then in the layers that
  /// `layer_types` names or, without it, from layer `max_window_layers` on.
  static func windows(_ config: JSONObject, layerCount: Int) throws -> [Int?] {
    let none = [Int?](repeating: nil, count: layerCount)
    let isUsed = try config.optional("use_sliding_window", code: .configuration) ?? false
    // Absence stands for 4,096, null for none.
    let stated =
      config["sliding_window"] == nil
      ? 4096 : try config.optional("sliding_window", as: Int.self, code: .configuration)
    let window = isUsed ? stated : nil
    if let window { _ = try config.positive("sliding_window", window) }
    guard let types = config["layer_types"]?.array else {
      guard let window else { return none }
      let first =
        try config.optional("max_window_layers", as: Int.self, code: .configuration) ?? 28
      return none.indices.map { $0 >= first ? window : nil }
    }
    guard types.count == layerCount else {
      throw config.failure(
        "layer_types", "has \(types.count) entries, expected num_hidden_layers \(layerCount)",
        code: .configuration)
    }
    return try types.map { type in
      switch type {
      case .string("sliding_attention"):
        guard let window else {
          throw config.failure(
            "layer_types",
            "asks for a sliding window, which use_sliding_window and sliding_window "
              + "switch off", code: .configuration)
        }
        return window
      case .string("full_attention"), .string("attention"): return nil
      default:
        throw config.failure(
          "layer_types",
          "holds \(type.brief), expected \"full_attention\" or "
            + "\"sliding_attention\"", code: .unavailable)
      }
    }
  }
}

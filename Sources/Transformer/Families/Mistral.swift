// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// Mistral 7B: Llama with a sliding window.
///
/// - Source: `MistralConfig` and `modeling_mistral.py` in transformers; Jiang et al. 2023,
///   arXiv:2310.06825.
enum Mistral {
  static let defaults = Family.Defaults(keyValueHeadCount: 8, maxPositionEmbeddings: 131_072)

  /// One window for all layers; `null` (v0.2 and later) stands for none, absence for 4,096.
  static func windows(_ config: JSONObject, layerCount: Int) throws -> [Int?] {
    if let types = config["layer_types"], types != .null {
      throw config.failure(
        "layer_types",
        "is there, expected one sliding_window for all layers: MistralForCausalLM "
          + "knows no kinds of layers", code: .unavailable)
    }
    let window: Int? =
      switch config["sliding_window"] {
      case nil: 4096
      case .null: nil
      default:
        try config.positive(
          "sliding_window", try config.required("sliding_window", code: .configuration))
      }
    return Array(repeating: window, count: layerCount)
  }
}

// SPDX-License-Identifier: Apache-2.0

/// A vector of a decoder block, which is trained with it and never edited.
public enum BlockVector: Sendable, Hashable {
  /// The gain before the attention, `[D]`.
  case inputNorm
  /// The gain before the feed-forward network, `[D]`.
  case postAttentionNorm
  /// The gain of query heads, `[E]`.
  case queryNorm
  /// The gain of key heads, `[E]`.
  case keyNorm
  /// The bias of a projection, `[N]`.
  case bias(MatrixName.Projection)

  /// Its name inside the block: "input_layernorm.weight".
  package var name: String {
    switch self {
    case .inputNorm: "input_layernorm.weight"
    case .postAttentionNorm: "post_attention_layernorm.weight"
    case .queryNorm: "self_attn.q_norm.weight"
    case .keyNorm: "self_attn.k_norm.weight"
    case .bias(let projection): "\(projection.module.rawValue).\(projection.rawValue).bias"
    }
  }

  /// The name of the tensor in a checkpoint of a language model.
  package func tensor(layer: Int) -> String { "model.layers.\(layer).\(name)" }
}

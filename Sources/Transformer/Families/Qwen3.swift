// SPDX-License-Identifier: Apache-2.0

/// Qwen3 (dense): Qwen2 without biases, with a free head size and normalized queries and keys.
///
/// - Source: `Qwen3Config` and `modeling_qwen3.py` in transformers; Yang et al. 2025,
///   arXiv:2505.09388.
enum Qwen3 {
  static let defaults = Family.Defaults(
    keyValueHeadCount: 32, headSize: 128, maxPositionEmbeddings: 32_768, hasQueryKeyNorm: true,
    knowsAttentionBias: true)
}

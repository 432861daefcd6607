// SPDX-License-Identifier: Apache-2.0

/// Llama 2, 3, 3.1 and later, and Vicuna.
///
/// - Source: `LlamaConfig` and `modeling_llama.py` in transformers; Touvron et al. 2023,
///   arXiv:2307.09288.
enum Llama {
  static let defaults = Family.Defaults(maxPositionEmbeddings: 2048)
}

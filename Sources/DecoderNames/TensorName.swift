// SPDX-License-Identifier: Apache-2.0

/// The names of the tensors of a decoder that belong to no block, as checkpoints of language models spell them.
///
/// Loading, importing, training and saving take names from here, from `BlockVector` and from `MatrixName`.
package enum TensorName {
  /// The embedding, `[V, D]`.
  package static let embedding = "model.embed_tokens.weight"
  /// The gain of the last normalization, `[D]`.
  package static let finalNorm = "model.norm.weight"
  /// The output projection, `[V, D]`, where it is not the embedding.
  package static let head = "lm_head.weight"
}

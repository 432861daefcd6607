// SPDX-License-Identifier: Apache-2.0

import SPINDecoderNames

/// What a tensor of a GGUF file is called in a Hugging Face checkpoint.
///
/// - Source: `tensor_mapping.py` of the Python package gguf, for the architectures of
///   `GGUFArchitecture`.
enum TensorNames {
  /// A part of a block or of the model, in GGUF and in the checkpoint.
  struct Part {
    let gguf: String
    let checkpoint: String
  }

  /// What is outside the blocks.
  static let model = [
    Part(gguf: "token_embd.weight", checkpoint: TensorName.embedding),
    Part(gguf: "output_norm.weight", checkpoint: TensorName.finalNorm),
    Part(gguf: "output.weight", checkpoint: TensorName.head),
  ]

  /// What a block has, without `blk.N.` and `model.layers.N.`.
  static let block = [
    Part(gguf: "attn_norm.weight", checkpoint: BlockVector.inputNorm.name),
    Part(gguf: "attn_q.weight", checkpoint: "self_attn.q_proj.weight"),
    Part(gguf: "attn_q.bias", checkpoint: "self_attn.q_proj.bias"),
    Part(gguf: "attn_q_norm.weight", checkpoint: BlockVector.queryNorm.name),
    Part(gguf: "attn_k.weight", checkpoint: "self_attn.k_proj.weight"),
    Part(gguf: "attn_k.bias", checkpoint: "self_attn.k_proj.bias"),
    Part(gguf: "attn_k_norm.weight", checkpoint: BlockVector.keyNorm.name),
    Part(gguf: "attn_v.weight", checkpoint: "self_attn.v_proj.weight"),
    Part(gguf: "attn_v.bias", checkpoint: "self_attn.v_proj.bias"),
    Part(gguf: "attn_output.weight", checkpoint: "self_attn.o_proj.weight"),
    Part(gguf: "attn_output.bias", checkpoint: "self_attn.o_proj.bias"),
    Part(gguf: "ffn_norm.weight", checkpoint: BlockVector.postAttentionNorm.name),
    Part(gguf: "ffn_gate.weight", checkpoint: "mlp.gate_proj.weight"),
    Part(gguf: "ffn_up.weight", checkpoint: "mlp.up_proj.weight"),
    Part(gguf: "ffn_down.weight", checkpoint: "mlp.down_proj.weight"),
  ]

  /// Per-pair divisors of the rotary frequencies, which become keys of config.json.
  static let ropeFrequencies = "rope_freqs.weight"
}

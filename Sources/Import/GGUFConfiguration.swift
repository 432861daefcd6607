// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINGGUF
import SPINJSON

/// The shape of a model as the metadata of its GGUF file give it.
struct GGUFConfiguration {
  let architecture: GGUFArchitecture
  let hiddenSize: Int
  let intermediateSize: Int
  let layerCount: Int
  let headCount: Int
  let keyValueHeadCount: Int
  let headSize: Int
  let vocabularySize: Int
  let positionCount: Int
  let rmsNormEpsilon: Double
  let rope: GGUFRope
  let slidingWindow: Int?
  let tiesWordEmbeddings: Bool
  /// Whether q, k, v and o have biases, which of the architectures only llama leaves open.
  let hasAttentionBias: Bool

  /// Reads the metadata.
  ///
  /// - Throws: `SPINError` that names the key, also where it asks for what SPIN does not compute.
  init(_ file: GGUFFile) throws {
    let metadata = file.metadata
    architecture = try GGUFArchitecture(metadata)
    let keys = ArchitectureKeys(metadata: metadata, architecture: architecture)
    try keys.refuseVariants()
    layerCount = try keys.positive("block_count", limit: 4096)
    hiddenSize = try keys.positive("embedding_length")
    intermediateSize = try keys.positive("feed_forward_length")
    headCount = try keys.positive("attention.head_count")
    keyValueHeadCount = try keys.positive("attention.head_count_kv", otherwise: headCount)
    guard headCount % keyValueHeadCount == 0 else {
      throw keys.failure(
        "attention.head_count_kv",
        "is \(keyValueHeadCount), expected a divisor of attention.head_count \(headCount)")
    }
    headSize = try Self.headSize(keys, hiddenSize: hiddenSize, headCount: headCount)
    positionCount = try keys.positive("context_length")
    rmsNormEpsilon = try keys.number("attention.layer_norm_rms_epsilon")
    rope = try GGUFRope(keys, file, headSize: headSize)
    let window = try keys.positive("attention.sliding_window", otherwise: 0)
    slidingWindow = window > 0 ? window : nil
    guard slidingWindow == nil || architecture == .llama else {
      throw keys.failure(
        "attention.sliding_window", "is \(window), which is read for llama only",
        code: .unavailable)
    }
    let names = Set(file.tensors.map(\.name))
    tiesWordEmbeddings = !names.contains("output.weight")
    hasAttentionBias = names.contains("blk.0.attn_output.bias")
    guard let embedding = file.tensors.first(where: { $0.name == "token_embd.weight" }),
      embedding.shape.count == 2
    else {
      throw SPINError(
        .malformedInput, at: file.path, "has no tensor \"token_embd.weight\" of two dimensions",
        remedy: "give the GGUF file of a language model")
    }
    vocabularySize = embedding.shape[0]
  }

  private static func headSize(
    _ keys: ArchitectureKeys, hiddenSize: Int, headCount: Int
  ) throws -> Int {
    let rotary = try keys.positive("rope.dimension_count", otherwise: 0)
    let stated = try keys.positive("attention.key_length", otherwise: rotary)
    guard stated > 0 || hiddenSize % headCount == 0 else {
      throw keys.failure(
        "embedding_length",
        "is \(hiddenSize), expected a multiple of attention.head_count \(headCount)")
    }
    let size = stated > 0 ? stated : hiddenSize / headCount
    let value = try keys.positive("attention.value_length", otherwise: size)
    guard value == size, size % 2 == 0 else {
      throw keys.failure(
        "attention.value_length",
        "is \(value) with keys of \(size), expected an even number, equal for both",
        code: .unavailable)
    }
    guard rotary == 0 || rotary == size else {
      throw keys.failure(
        "rope.dimension_count", "is \(rotary), expected the size of a head, \(size)",
        code: .unavailable)
    }
    return size
  }

  /// The model type and class in transformers.
  ///
  /// A llama with a sliding window is a Mistral there.
  var family: (modelType: String, architecture: String) {
    switch architecture {
    case .llama where slidingWindow != nil: ("mistral", "MistralForCausalLM")
    case .llama: ("llama", "LlamaForCausalLM")
    case .qwen2: ("qwen2", "Qwen2ForCausalLM")
    case .qwen3: ("qwen3", "Qwen3ForCausalLM")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINGGUF
import SPINJSON
import SPINStorage

/// The files of a checkpoint besides its weights, made from the metadata of a GGUF file.
struct GGUFDocuments {
  let configuration: GGUFConfiguration
  let tokenizer: GGUFTokenizer
  let metadata: GGUFMetadata
  let elementType: ElementType

  /// `config.json`, in the spelling that transformers 4 and 5 both read.
  var config: JSON {
    let sizes = configuration
    var object: JSONObject = [
      "architectures": [.string(sizes.family.architecture)],
      "model_type": .string(sizes.family.modelType),
      "vocab_size": JSON(sizes.vocabularySize), "hidden_size": JSON(sizes.hiddenSize),
      "intermediate_size": JSON(sizes.intermediateSize),
      "num_hidden_layers": JSON(sizes.layerCount), "num_attention_heads": JSON(sizes.headCount),
      "num_key_value_heads": JSON(sizes.keyValueHeadCount), "head_dim": JSON(sizes.headSize),
      "hidden_act": "silu", "max_position_embeddings": JSON(sizes.positionCount),
      "rms_norm_eps": .number(sizes.rmsNormEpsilon), "rope_theta": .number(sizes.rope.theta),
      "rope_scaling": sizes.rope.scaling ?? .null,
      "tie_word_embeddings": .bool(sizes.tiesWordEmbeddings), "attention_dropout": 0.0,
    ]
    switch sizes.architecture {
    case .llama:
      object["attention_bias"] = .bool(sizes.hasAttentionBias)
      object["mlp_bias"] = false
      if let window = sizes.slidingWindow { object["sliding_window"] = JSON(window) }
    case .qwen2, .qwen3:
      if sizes.architecture == .qwen3 { object["attention_bias"] = false }
      object["use_sliding_window"] = false
    }
    for (key, id) in tokenIDs { object[key] = id }
    object["torch_dtype"] = .string(elementType.torchName)
    return .object(object)
  }

  /// `generation_config.json`.
  var generationConfig: JSON {
    var object = JSONObject()
    for (key, id) in tokenIDs { object[key] = id }
    return .object(object)
  }

  private var tokenIDs: [(String, JSON)] {
    var ends: [Int] = []
    for id in [tokenizer.eosID].compactMap(\.self) + tokenizer.endOfTurnIDs
    where !ends.contains(id) { ends.append(id) }
    return [
      ("bos_token_id", tokenizer.bosID.map { JSON($0) }),
      (
        "eos_token_id",
        ends.count > 1 ? .array(ends.map { JSON($0) }) : ends.first.map { JSON($0) }
      ),
      ("pad_token_id", tokenizer.paddingID.map { JSON($0) }),
    ].compactMap { key, id in id.map { (key, $0) } }
  }

  /// `tokenizer_config.json` with the chat template.
  func tokenizerConfig() throws -> JSON {
    func text(_ id: Int?) -> JSON {
      id.map { .string(String(decoding: tokenizer.tokens[$0], as: UTF8.self)) } ?? .null
    }
    var object: JSONObject = [
      // Reads tokenizer.json as it stands, in transformers 4 and 5.
      "tokenizer_class": "PreTrainedTokenizerFast",
      "bos_token": text(tokenizer.bosID), "eos_token": text(tokenizer.eosID),
      "unk_token": text(tokenizer.unknownID), "pad_token": text(tokenizer.paddingID),
      "add_bos_token": .bool(tokenizer.addsBOS), "add_eos_token": .bool(tokenizer.addsEOS),
      "clean_up_tokenization_spaces": false,
      "model_max_length": JSON(configuration.positionCount),
    ]
    if let template = try chatTemplate() { object["chat_template"] = template }
    return .object(object)
  }

  /// The chat template; a list of named ones where there are several.
  private func chatTemplate() throws -> JSON? {
    let key = "tokenizer.chat_template"
    let plain = try metadata.string(key)
    let names = try metadata.strings("tokenizer.chat_templates") ?? []
    let further = try names.map { String(decoding: $0, as: UTF8.self) }.compactMap {
      name -> JSON? in
      guard let template = try metadata.string("\(key).\(name)") else { return nil }
      return ["name": .string(name), "template": .string(template)]
    }
    guard let plain else { return further.isEmpty ? nil : .array(further) }
    guard !further.isEmpty else { return .string(plain) }
    return .array([["name": "default", "template": .string(plain)]] + further)
  }
}

extension ElementType {
  /// The name of the type in PyTorch.
  var torchName: String {
    switch self {
    case .float32: "float32"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    }
  }
}

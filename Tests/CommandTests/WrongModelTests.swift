// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Weights, index, configuration and tokenizer that cannot be used: one clear message each, the
/// right exit status, and nothing written.
struct WrongModelTests {
  @Test(arguments: weights) func wrongWeightsAreRefused(_ input: WrongInput) throws {
    try input.check()
  }

  @Test(arguments: indexes) func wrongIndexesAreRefused(_ input: WrongInput) throws {
    try input.check()
  }

  @Test(arguments: configurations) func wrongConfigurationsAreRefused(_ input: WrongInput) throws {
    try input.check()
  }

  @Test(arguments: tokenizers) func wrongTokenizersAreRefused(_ input: WrongInput) throws {
    try input.check()
  }

  private static let head = #""lm_head.weight":{"dtype":"F32","shape":[53,24],"#
  private static let headEntry = head + #""data_offsets":[0,5088]}"#

  static let weights: [WrongInput] = [
    WrongInput(
      "truncated shard", 65,
      "DIR/model/model.safetensors: holds 45120 bytes of tensors, its header describes 45216; the "
        + "file is truncated - download it again"
    ) { job in
      try write(bytes(of: job.weights).dropLast(96), to: job.weights)
    },
    WrongInput(
      "header longer than the file", 65,
      "DIR/model/model.safetensors: gives its header's length as 5000000 bytes, but only 47304 "
        + "follow; the file is truncated - download it again"
    ) { job in
      let (header, data) = try job.splitWeights()
      try job.writeWeights(header, data, length: 5_000_000)
    },
    WrongInput(
      "header of 2^64 - 1 bytes", 65,
      "DIR/model/model.safetensors: gives its header's length as 18446744073709551615 bytes, at "
        + "most 100000000 are allowed; this is no safetensors file, or it is damaged - download it "
        + "again"
    ) { job in
      let (header, data) = try job.splitWeights()
      try job.writeWeights(header, data, length: .max)
    },
    WrongInput(
      "overlapping tensors", 65,
      "DIR/model/model.safetensors: tensor \"model.embed_tokens.weight\": begins at byte 0 of the "
        + "data, but tensor \"lm_head.weight\" ends at 5088: they overlap; the file is damaged - "
        + "download it again"
    ) { job in
      try job.replaceInHeader("[5088,10176]", with: "[0,5088]")
    },
    WrongInput(
      "a tensor described twice", 65,
      "DIR/model/model.safetensors: header: line 1, column 123: the tensor \"lm_head.weight\" is "
        + "described twice"
    ) { job in
      try job.replaceInHeader(headEntry, with: headEntry + "," + headEntry)
    },
    WrongInput(
      "an offset beyond 64 bits", 65,
      "DIR/model/model.safetensors: header: line 1, column 99: 18446744073709551616 does not fit "
        + "in a signed 64-bit integer"
    ) { job in
      try job.replaceInHeader("[0,5088]", with: "[0,18446744073709551616]")
    },
    WrongInput(
      "a shape whose bytes overflow", 65,
      "DIR/model/model.safetensors: tensor \"lm_head.weight\": has the shape [4294967296, "
        + "4294967296] of F32, which is no whole number of bytes that fits 64 bits"
    ) { job in
      try job.replaceInHeader("[53,24]", with: "[4294967296,4294967296]")
    },
    WrongInput(
      "a Git-LFS pointer in place of weights", 65,
      "DIR/model/model.safetensors: is a Git-LFS pointer, not the weights; install Git LFS and run "
        + "`git lfs pull` in that folder"
    ) { job in
      let pointer = """
        version https://git-lfs.github.com/spec/v1
        oid sha256:44ecd84157f4781648f704c21e8cedb84622e7c5cca103dd0fe6f61d2c1fe57c
        size 915008

        """
      try write(pointer.utf8, to: job.weights)
    },
    WrongInput(
      "no weights", 66,
      "DIR/model: holds no weights: no model.safetensors and no index; give the folder of a "
        + "Hugging Face checkpoint"
    ) { job in
      try FileManager.default.removeItem(atPath: job.weights)
    },
    WrongInput("no model", 66, "DIR/model: no such directory; check the path") { job in
      try FileManager.default.removeItem(atPath: job.model)
    },
  ]

  static let indexes: [WrongInput] = [
    WrongInput(
      "an index that names a missing shard", 66,
      "DIR/model/model.safetensors.index.json: names the shard \"model-00002-of-00002.safetensors\""
        + ", which is not in the folder; download the missing shard"
    ) { job in try writeIndex(of: job, shard: "model-00002-of-00002.safetensors") },
    WrongInput(
      "an index that points outside", 65,
      "DIR/model/model.safetensors.index.json: line 1, column 51: the shard of \"lm_head.weight\" "
        + "is \"../x.safetensors\", expected a file name without a path; do not use this model: "
        + "its index points outside its folder"
    ) { job in try writeIndex(of: job, shard: "../x.safetensors") },
  ]

  /// Puts an index in place of the single file, which keeps a tensor other than the index says.
  private static func writeIndex(of job: SmallJob, shard: String) throws {
    let first = "model-00001-of-00002.safetensors"
    try FileManager.default.moveItem(atPath: job.weights, toPath: job.model + "/" + first)
    let map = #""lm_head.weight":"\#(shard)","model.norm.weight":"\#(first)""#
    try write("{\"weight_map\":{\(map)}}".utf8, to: job.weights + ".index.json")
  }

  static let configurations: [WrongInput] = [
    configuration(
      "a missing value", 78, "key \"hidden_size\": is missing, expected an integer",
      "\"hidden_size\": 24,", ""),
    configuration(
      "a negative value", 78,
      "key \"num_hidden_layers\": is -2, expected 1 to 4096",
      "\"num_hidden_layers\": 2", "\"num_hidden_layers\": -2"),
    configuration(
      "a value of the wrong kind", 78, "key \"hidden_size\": is \"24\", expected an integer",
      "\"hidden_size\": 24", "\"hidden_size\": \"24\""),
    configuration(
      "contradictory heads", 78,
      "key \"num_key_value_heads\": is 3, expected a divisor of num_attention_heads 4",
      "\"num_key_value_heads\": 4", "\"num_key_value_heads\": 3"),
    configuration(
      "a mixture of experts", 69,
      "key \"model_type\": marks a mixture of experts, which SPIN does not compute; use a dense, "
        + "unquantized text model of \"llama\", \"mistral\", \"qwen2\", \"qwen3\"",
      "\"llama\"", "\"mixtral\""),
    configuration(
      "a quantized model", 69,
      "key \"quantization_config\": marks a quantized model, which SPIN does not compute; use a "
        + "dense, unquantized text model of \"llama\", \"mistral\", \"qwen2\", \"qwen3\"",
      "\"rope_scaling\": null", "\"quantization_config\": {\"quant_method\": \"gptq\"}"),
    WrongInput(
      "a size that the weights contradict", 65,
      "DIR/model/model.safetensors: tensor \"model.embed_tokens.weight\": has shape [53, 24], "
        + "config.json asks for [54, 24]; check that config.json belongs to these weights"
    ) { job in
      try job.replace("\"vocab_size\": 53", with: "\"vocab_size\": 54", in: job.configuration)
    },
    WrongInput(
      "a layer that the weights lack", 65,
      "DIR/model: has no tensor \"model.layers.2.self_attn.q_proj.weight\""
    ) { job in
      try job.replace(
        "\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 3", in: job.configuration)
    },
    WrongInput(
      "a layer too few", 65,
      "DIR/model: tensor \"model.layers.1.input_layernorm.weight\": is unexpected: config.json "
        + "describes a model without it (and without 8 more); check that config.json belongs to "
        + "these weights"
    ) { job in
      try job.replace(
        "\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 1", in: job.configuration)
    },
    WrongInput(
      "JSON that ends too soon", 65,
      "DIR/model/config.json: line 1, column 22: the document ends here, expected \",\" or "
        + "\"}\""
    ) { job in try write("{\"hidden_size\": 24   ".utf8, to: job.configuration) },
    WrongInput("no configuration", 66, "DIR/model/config.json: no such file; check the path") {
      job in try FileManager.default.removeItem(atPath: job.configuration)
    },
  ]

  /// A message about `config.json` after a replacement in it.
  private static func configuration(
    _ description: String, _ status: Int32, _ message: String, _ old: String, _ new: String
  ) -> WrongInput {
    WrongInput(description, status, "DIR/model/config.json: " + message) { job in
      try job.replace(old, with: new, in: job.configuration)
    }
  }

  static let tokenizers: [WrongInput] = [
    WrongInput(
      "a merge of a piece that is unknown", 65,
      "DIR/model/tokenizer.json: model.merges[0]: merges \"t\" and \"zz\", but \"zz\" is not in "
        + "the vocabulary; download the file again, or restore the vocabulary that belongs to the "
        + "merges"
    ) { job in
      try job.replace("[\"t\", \"h\"]", with: "[\"t\", \"zz\"]", in: job.model + "/tokenizer.json")
    },
    WrongInput(
      "a merge into a piece that is unknown", 65,
      "DIR/model/tokenizer.json: model.merges[0]: merges \"t\" and \"z\", but \"tz\" is not in "
        + "the vocabulary; download the file again, or restore the vocabulary that belongs to the "
        + "merges"
    ) { job in
      try job.replace("[\"t\", \"h\"]", with: "[\"t\", \"z\"]", in: job.model + "/tokenizer.json")
    },
    WrongInput(
      "no tokenizer", 66,
      "DIR/model: has no tokenizer.json, no tokenizer.model and no vocab.json with merges.txt; "
        + "download the tokenizer files of the model into it"
    ) { job in try FileManager.default.removeItem(atPath: job.model + "/tokenizer.json") },
  ]
}

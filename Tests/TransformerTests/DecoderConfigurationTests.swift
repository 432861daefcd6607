// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINTestSupport
import SPINTransformer
import Testing

struct DecoderConfigurationTests {
  private let plain: JSONObject = [
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64,
    "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 8, "vocab_size": 100,
    "rms_norm_eps": 1e-5, "max_position_embeddings": 128,
  ]

  private func read(_ changes: JSONObject, without key: String? = nil) throws
    -> DecoderConfiguration
  {
    var config = JSONObject()
    for name in plain.keys where name != key { config[name] = plain[name] }
    for name in changes.keys { config[name] = changes[name] }
    return try DecoderConfiguration(config)
  }

  private func message(_ changes: JSONObject, without key: String? = nil) -> String {
    do {
      _ = try read(changes, without: key)
      return "accepted"
    } catch { return "\(error)" }
  }

  @Test func absentKeysMeanWhatTransformersMeans() throws {
    let llama = try read([:])
    #expect(llama.keyValueHeadCount == 8)
    #expect(llama.headSize == 8)
    #expect(llama.tiesWordEmbeddings == false)
    #expect(llama.rope == (try read(["rope_theta": 10_000.0])).rope)
    #expect(llama.windows == [nil, nil, nil])
    let mistral = try read([
      "model_type": "mistral", "architectures": ["MistralForCausalLM"],
    ])
    #expect(mistral.windows == [4096, 4096, 4096])
    let qwen3 = try read([
      "model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "num_key_value_heads": 2,
    ])
    #expect(qwen3.headSize == 128)
    #expect(qwen3.hasQueryKeyNorm && !qwen3.hasQueryKeyValueBias)
  }

  @Test func windowsFollowEachFamily() throws {
    let mistral: JSONObject = ["model_type": "mistral", "architectures": ["MistralForCausalLM"]]
    var none = mistral
    none["sliding_window"] = .null
    #expect(try read(none).windows == [nil, nil, nil])
    var qwen: JSONObject = [
      "model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"], "num_key_value_heads": 2,
      "sliding_window": 16,
    ]
    #expect(try read(qwen).windows == [nil, nil, nil])
    qwen["use_sliding_window"] = true
    qwen["max_window_layers"] = 1
    #expect(try read(qwen).windows == [nil, 16, 16])
    qwen["layer_types"] = ["sliding_attention", "full_attention", "sliding_attention"]
    #expect(try read(qwen).windows == [16, nil, 16])
    qwen["layer_types"] = ["full_attention"]
    #expect(message(qwen) == "key \"layer_types\": has 1 entries, expected num_hidden_layers 3")
  }

  @Test func bothSpellingsOfRotaryParametersAreRead() throws {
    let classic = try read([
      "rope_theta": 500_000.0,
      "rope_scaling": [
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32,
      ],
    ])
    let recent = try read([
      "rope_parameters": [
        "rope_type": "llama3", "rope_theta": 500_000.0, "factor": 8.0, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0, "original_max_position_embeddings": 32,
      ]
    ])
    #expect(classic.rope == recent.rope)
    let linear = try read(["rope_scaling": ["type": "linear", "factor": 2.0]])
    #expect(
      linear.rope.frequencies(headSize: 8)
        == (try read([:])).rope.frequencies(headSize: 8).map { $0 / 2 })
  }

  @Test func wrongValuesAreNamedWithWhatWasExpected() {
    #expect(
      message([:], without: "hidden_size")
        == "key \"hidden_size\": is missing, expected an integer")
    #expect(
      message(["hidden_size": -64])
        == "key \"hidden_size\": is -64, expected 1 to 1048576")
    // Nothing is allocated for what no file can hold.
    for (key, limit) in [
      ("num_hidden_layers", 4096), ("hidden_size", 1 << 20), ("intermediate_size", 1 << 22),
      ("num_attention_heads", 1 << 14), ("head_dim", 1 << 16), ("vocab_size", 1 << 28),
      ("max_position_embeddings", 1 << 28),
    ] {
      for value in [limit + 1, 1 << 28 + 1, 1 << 53, 0, -1 << 53] where value > limit || value < 1 {
        #expect(
          message([key: JSON(value)]) == "key \"\(key)\": is \(value), expected 1 to \(limit)")
      }
    }
    #expect(
      message(["hidden_size": "64"]) == "key \"hidden_size\": is \"64\", expected an integer")
    #expect(
      message(["num_key_value_heads": 3])
        == "key \"num_key_value_heads\": is 3, expected a divisor of num_attention_heads 8")
    #expect(
      message(["hidden_size": 65]) == "key \"hidden_size\": is 65, expected a multiple of "
        + "num_attention_heads 8 where head_dim is absent")
    #expect(
      message(["head_dim": 7])
        == "key \"head_dim\": is 7, expected an even number: rotary embedding turns pairs")
    #expect(
      message(["rms_norm_eps": 0.0])
        == "key \"rms_norm_eps\": is 0.0, expected a small positive number")
    #expect(message(["hidden_act": "gelu"]) == "key \"hidden_act\": is \"gelu\", expected \"silu\"")
    #expect(
      message(["rope_scaling": ["rope_type": "yarn", "factor": 4.0]])
        == "key \"rope_type\": is \"yarn\", expected \"default\", \"linear\" or \"llama3\"")
  }

  @Test(arguments: [
    ("model_type", JSON.string("mixtral"), "a mixture of experts"),
    ("model_type", .string("qwen2_moe"), "a mixture of experts"),
    ("num_local_experts", 8, "a mixture of experts"),
    ("vision_config", .object(JSONObject()), "a multimodal model"),
    ("quantization_config", .object(JSONObject()), "a quantized model"),
    ("auto_map", .object(["AutoConfig": "own.OwnConfig"]), "a model with code of its own"),
  ])
  func otherKindsAreRefusedByName(key: String, value: JSON, kind: String) throws {
    let error = #expect(throws: SPINError.self) { try read([key: value]) }
    #expect(error?.code == .unavailable)
    #expect(error?.message == "marks \(kind), which SPIN does not compute")
  }

  @Test func unknownFamiliesAndArchitecturesAreRefusedWithTheKnownOnes() {
    #expect(
      message(["model_type": "gemma2"])
        == "key \"model_type\": is \"gemma2\", expected one of \"llama\", \"mistral\", \"qwen2\", "
        + "\"qwen3\"; SPIN computes dense decoders of these families only")
    #expect(
      message(["architectures": ["LlamaForSequenceClassification"]])
        == "key \"architectures\": is [\"LlamaForSequenceClassification\"], expected "
        + "[\"LlamaForCausalLM\"]; use the checkpoint of the language model itself")
  }
}

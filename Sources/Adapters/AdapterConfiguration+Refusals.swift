// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// What PEFT's LoRA can also do and SPIN does not compute: refused by name.
extension AdapterConfiguration {
  /// Keys that say how an adapter was made, or that change nothing that is computed here.
  private static let ignored: Set<String> = [
    "auto_mapping", "peft_version", "revision", "inference_mode", "runtime_config",
    "qalora_group_size", "megatron_core", "eva_config", "corda_config", "lora_ga_config",
    "loftq_config", "ensure_weight_tying",
  ]

  /// Keys that are read.
  private static let known: Set<String> = [
    "r", "lora_alpha", "lora_dropout", "use_rslora", "use_dora", "target_modules",
    "exclude_modules", "layers_to_transform", "layers_pattern", "rank_pattern", "alpha_pattern",
    "base_model_name_or_path", "peft_type", "task_type", "bias", "init_lora_weights",
  ]

  /// Keys that have to be absent, null, false or empty, and what they stand for.
  private static let variants: KeyValuePairs<String, String> = [
    "fan_in_fan_out": "weights stored the other way round",
    "modules_to_save": "modules that were trained and saved whole",
    "layer_replication": "a model with layers repeated",
    "lora_bias": "biases in its factors",
    "target_parameters": "parameters outside linear layers",
    "trainable_token_indices": "trained embeddings of single tokens",
    "use_qalora": "quantization-aware LoRA",
    "use_bdlora": "block-diagonal LoRA",
    "arrow_config": "routing among adapters (Arrow)",
    "kasa_config": "KaSA",
    "monteclora_config": "MonteCLoRA",
    "velora_config": "VeLoRA",
    "alora_invocation_tokens": "activation by tokens (aLoRA)",
    "megatron_config": "Megatron's parallel layers",
  ]

  /// Initializations that leave the base model as it is.
  private static let plainInitializations: [JSON] = [
    true, false, "gaussian", "eva", "orthogonal",
  ]

  /// Refuses what is not computed.
  ///
  /// - Returns: Warnings about what is accepted.
  static func refuseVariants(_ config: JSONObject, path: String) throws -> [String] {
    func refuse(_ key: String, _ message: String) -> SPINError {
      config.failure(
        key, message, code: .unavailable, remedy: "merge this adapter with PEFT, then use the model"
      )
    }
    let kind: String = try config.required("peft_type")
    guard kind == "LORA" else {
      throw refuse("peft_type", "is \"\(kind)\", expected \"LORA\", which stands for DoRA too")
    }
    if let task = try config.optional("task_type", as: String.self), task != "CAUSAL_LM" {
      throw refuse("task_type", "is \"\(task)\", expected \"CAUSAL_LM\"")
    }
    if let bias = try config.optional("bias", as: String.self), bias != "none" {
      throw refuse("bias", "is \"\(bias)\": trained biases are not computed")
    }
    for (key, meaning) in variants where !isNeutral(config[key]) {
      throw refuse(key, "asks for \(meaning), which SPIN does not compute")
    }
    if let initialization = config["init_lora_weights"], initialization != .null,
      !plainInitializations.contains(initialization)
    {
      throw refuse(
        "init_lora_weights",
        "is \(initialization.brief), which changes the base model when PEFT loads the adapter")
    }
    let names = variants.map(\.key)
    return config.keys.filter { key in
      !ignored.contains(key) && !known.contains(key) && !names.contains(key)
        && !isNeutral(config[key])
    }.map { "\(path): the key \"\($0)\" is not known and is ignored, as PEFT does it" }
  }

  /// Whether a value asks for nothing.
  private static func isNeutral(_ value: JSON?) -> Bool {
    switch value {
    case nil, .null, .bool(false): true
    case .array(let elements): elements.isEmpty
    case .object(let object): object.count == 0
    default: false
    }
  }
}

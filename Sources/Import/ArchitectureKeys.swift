// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINGGUF

/// The keys of an architecture, as `llama.block_count`, without the prefix.
struct ArchitectureKeys {
  let metadata: GGUFMetadata
  let architecture: GGUFArchitecture

  /// A count that has to be at least 1; one number a layer where all are equal.
  func positive(
    _ key: String, otherwise fallback: Int? = nil, limit: Int = 1 << 28
  ) throws -> Int {
    let name = full(key)
    var value = fallback
    if metadata.isArray(name) {
      let values = Set(try metadata.integers(name) ?? [])
      guard values.count == 1 else {
        throw failure(
          key, "differs from layer to layer, which is not computed", code: .unavailable)
      }
      value = values.first
    } else if let stated = try metadata.integer(name), stated != 0 || fallback == nil {
      // Writers put 0 for "none".
      value = stated
    }
    guard let value else { throw failure(key, "is missing") }
    if value == 0, fallback == 0 { return 0 }
    guard 1...limit ~= value else {
      throw failure(key, "is \(value), expected 1 to \(limit)")
    }
    return value
  }

  /// A number that has to be positive and finite.
  func number(_ key: String, otherwise fallback: Double? = nil) throws -> Double {
    guard let value = try metadata.number(full(key)) ?? fallback else {
      throw failure(key, "is missing")
    }
    guard value > 0, value.isFinite else {
      throw failure(key, "is \(value), expected a positive number")
    }
    return value
  }

  /// A string, nil where absent.
  func string(_ key: String) throws -> String? { try metadata.string(full(key)) }

  /// Whether a key is there.
  func contains(_ key: String) -> Bool { metadata.contains(full(key)) }

  /// Refuses what the file asks for by keys and SPIN does not compute.
  func refuseVariants() throws {
    if let count = try metadata.integer(full("expert_count")), count > 0 {
      throw failure(
        "expert_count",
        "is \(count), which marks a mixture of experts, which SPIN does not compute",
        code: .unavailable)
    }
    if try metadata.bool(full("attention.causal")) == false {
      throw failure(
        "attention.causal", "is false, which marks an encoder, which SPIN does not compute",
        code: .unavailable)
    }
    for key in ["attention.scale", "embedding_scale", "residual_scale", "logit_scale"] {
      if let value = try metadata.number(full(key)), value != 0,
        value != 1 || key == "attention.scale"
      {
        throw failure(key, "is \(value), which is not computed", code: .unavailable)
      }
    }
    if let limit = try metadata.number(full("attention.clamp_kqv")), limit != 0 {
      throw failure("attention.clamp_kqv", "is \(limit), which is not computed", code: .unavailable)
    }
    if let count = try metadata.integer("split.count"), count > 1 {
      throw metadata.failure(
        "split.count", "is \(count): the model is split over \(count) files", code: .unavailable,
        remedy:
          "merge them with `llama-gguf-split --merge FIRST-FILE MERGED.gguf`, then import that")
    }
  }

  /// The keys of this architecture that nothing here reads.
  ///
  /// They are reported, not refused: llama.cpp adds descriptive keys with time.
  var unread: [String] {
    let prefix = architecture.rawValue + "."
    return metadata.keys.filter {
      $0.hasPrefix(prefix) && !Self.known.contains(String($0.dropFirst(prefix.count)))
    }
  }

  private static let known: Set<String> = [
    "block_count", "context_length", "embedding_length", "feed_forward_length",
    "attention.head_count", "attention.head_count_kv", "attention.layer_norm_rms_epsilon",
    "attention.key_length", "attention.value_length", "attention.sliding_window",
    "attention.causal", "attention.scale", "attention.clamp_kqv", "rope.dimension_count",
    "rope.freq_base", "rope.scaling.type", "rope.scaling.factor",
    "rope.scaling.original_context_length", "rope.scaling.finetuned", "rope.scale_linear",
    "vocab_size", "expert_count", "expert_used_count", "embedding_scale", "residual_scale",
    "logit_scale",
  ]

  func failure(
    _ key: String, _ message: String, code: SPINError.Code = .malformedInput
  ) -> SPINError {
    metadata.failure(full(key), message, code: code)
  }

  private func full(_ key: String) -> String { "\(architecture.rawValue).\(key)" }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

extension RopeParameters {
  /// Reads the settings of a `config.json`, with the precedence of transformers 5.
  ///
  /// A setting may occur in several places: `rope_scaling` wins over `rope_parameters`, theta inside
  /// either over theta outside, and the original length outside over the one inside. Where versions
  /// of transformers disagree about what such a file means, it is refused; where they agree, or an
  /// earlier one cannot read it, what is not used is named in a warning.
  ///
  /// - Source: `RotaryEmbeddingConfigMixin` in `modeling_rope_utils.py`, transformers 5.23 and 5.24;
  ///   `LlamaConfig` of transformers 4.
  init(_ config: JSONObject, maxPositionEmbeddings: Int, warnings: inout [String]) throws {
    let scaling = try Self.settings(config, "rope_scaling")
    let parameters = try Self.settings(config, "rope_parameters")
    let used = scaling ?? parameters ?? JSONObject()
    if let scaling, let parameters, scaling != parameters {
      warnings.append(
        "config.json: rope_parameters is not used, because rope_scaling is there too, as in "
          + "transformers")
    }
    theta = try Self.theta(config, used, isClassic: scaling != nil, &warnings)
    try Self.refusePartialRotation(config, used)
    self.scaling = try Self.scaling(
      config, used, maxPositionEmbeddings: maxPositionEmbeddings, &warnings)
  }

  /// The object under a key; nil where it is absent, null or empty.
  private static func settings(_ config: JSONObject, _ key: String) throws -> JSONObject? {
    guard let object: JSONObject = try config.optional(key, code: .configuration),
      object.count > 0
    else { return nil }
    if let (name, _) = object.members.first(where: { $0.value.object != nil }) {
      throw object.failure(
        name, "holds settings of one kind of layer; expected one setting for all layers",
        code: .unavailable)
    }
    return object
  }

  private static func theta(
    _ config: JSONObject, _ used: JSONObject, isClassic: Bool, _ warnings: inout [String]
  ) throws -> Double {
    let key = "rope_theta"
    func value(_ object: JSONObject) throws -> Double? {
      guard object[key] != nil else { return nil }
      let value: Double = try object.required(key, code: .configuration)
      guard value > 0, value.isFinite else {
        throw object.failure(
          key, "is \(value), expected a positive number", code: .configuration)
      }
      return value
    }
    let standard = 10_000.0  // the default of every family's configuration class in transformers
    guard let inside = try value(used) else { return try value(config) ?? standard }
    // Outside it is not read then, so a null there does no harm.
    let outside = config[key] == .null ? nil : try value(config)
    if let outside, outside != inside {
      warnings.append(
        "config.json: rope_theta \(outside) is not used, because \(used.name) has \(inside), as in "
          + "transformers 5")
    } else if isClassic, outside == nil, inside != standard {
      warnings.append(
        "config.json: rope_theta \(inside) inside rope_scaling is used, as in transformers 5; "
          + "transformers 4 computes with \(standard)")
    }
    return inside
  }

  private static func refusePartialRotation(_ config: JSONObject, _ used: JSONObject) throws {
    let key = "partial_rotary_factor"
    for object in [used, config] {
      guard let factor = try object.optional(key, as: Double.self, code: .configuration) else {
        continue
      }
      guard factor == 1 else {
        throw object.failure(
          key,
          "is \(factor), expected 1: what another value means depends on the version of "
            + "transformers", code: .unavailable)
      }
      return
    }
  }

  private static func type(of used: JSONObject) throws -> String {
    // A null is no absence: transformers looks for a method of that name.
    let new: String? = try used["rope_type"].map { _ in
      try used.required("rope_type", code: .configuration)
    }
    let old = try used.optional("type", as: String.self, code: .configuration)
    if let new, let old, new != old {
      throw used.failure(
        "type",
        "is \"\(old)\" and rope_type is \"\(new)\"; which one counts depends on the version "
          + "of transformers", code: .configuration, remedy: "keep the one that was meant")
    }
    return new ?? old ?? "default"
  }

  private static func scaling(
    _ config: JSONObject, _ used: JSONObject, maxPositionEmbeddings: Int,
    _ warnings: inout [String]
  ) throws -> Scaling {
    func number(_ key: String) throws -> Double {
      let value: Double = try used.required(key, code: .configuration)
      guard value > 0, value.isFinite else {
        throw used.failure(key, "is \(value), expected a positive number", code: .configuration)
      }
      return value
    }
    func warnOfOthers(_ keys: String...) {
      let known = keys + ["rope_type", "type", "rope_theta", "partial_rotary_factor"]
      let others = used.keys.filter { !known.contains($0) && used[$0] != .null }
      guard !others.isEmpty else { return }
      warnings.append(
        "config.json: \(used.name) of this type does not use "
          + others.prefix(8).joined(separator: ", "))
    }
    let type = try type(of: used)
    switch type {
    case "default":
      warnOfOthers()
      return .none
    case "linear":
      warnOfOthers("factor")
      return .linear(factor: try number("factor"))
    case "llama3":
      let (low, high) = (try number("low_freq_factor"), try number("high_freq_factor"))
      guard high > low else {
        throw used.failure(
          "high_freq_factor", "is \(high), expected more than low_freq_factor \(low)",
          code: .configuration)
      }
      let original = "original_max_position_embeddings"
      warnOfOthers("factor", "low_freq_factor", "high_freq_factor", original)
      return .llama3(
        factor: try number("factor"), lowFrequencyFactor: low, highFrequencyFactor: high,
        originalMaxPositionEmbeddings: try Self.originalLength(
          config, used, original, maxPositionEmbeddings))
    default:
      throw used.failure(
        "rope_type", "is \"\(type)\", expected \"default\", \"linear\" or \"llama3\"",
        code: .unavailable)
    }
  }

  /// The length before the stretch: outside the settings, inside them, or the model's positions.
  private static func originalLength(
    _ config: JSONObject, _ used: JSONObject, _ key: String, _ positions: Int
  ) throws -> Int {
    func value(_ object: JSONObject) throws -> Int? {
      guard object[key] != nil else { return nil }
      return try object.positive(key, try object.required(key, code: .configuration))
    }
    let (outside, inside) = (try value(config), try value(used))
    if let outside, let inside, outside != inside {
      throw config.failure(
        key,
        "is \(outside), and \(inside) in \(used.name); which one counts depends on the version of "
          + "transformers", code: .configuration, remedy: "keep the one that was meant")
    }
    return outside ?? inside ?? positions
  }
}

extension JSONObject {
  /// The key under which the object is in its document, for messages.
  fileprivate var name: String {
    keyPath.isEmpty ? "the rotary embedding" : keyPath
  }
}

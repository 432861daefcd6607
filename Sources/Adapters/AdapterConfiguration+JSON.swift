// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON
import SPINStorage

extension AdapterConfiguration {
  /// The name that PEFT gives the file.
  public static let fileName = "adapter_config.json"

  /// Reads an `adapter_config.json`.
  ///
  /// - Throws: `SPINError` with code `unavailable` that names what an adapter has and SPIN does not
  ///   compute: another kind of adapter, trained biases, modules saved whole, and so on.
  public init(path: String) throws {
    let json = try JSON(parsing: FileSystem.read(path), path: path)
    try self.init(json.requireObject(at: path), path: path)
  }

  init(_ config: JSONObject, path: String) throws {
    warnings = try Self.refuseVariants(config, path: path)
    rank = try Self.rank(config.optional("r") ?? 8, config, "r")
    alpha = try config.optional("lora_alpha") ?? 8
    dropout = try config.optional("lora_dropout") ?? 0
    usesRankStabilization = try config.optional("use_rslora") ?? false
    usesDoRA = try config.optional("use_dora") ?? false
    baseModel = try config.optional("base_model_name_or_path")
    guard alpha.isFinite else {
      throw config.failure("lora_alpha", "is \(alpha), expected a finite number")
    }
    guard (0..<1).contains(dropout) else {
      throw config.failure("lora_dropout", "is \(dropout), expected at least 0 and below 1")
    }
    // The default of PEFT for each of the four families.
    targets = TargetModules(
      try Self.choice(config, "target_modules") ?? .names(["q_proj", "v_proj"]))
    targets.excluded = try Self.choice(config, "exclude_modules")
    targets.layers = try Self.list(config, "layers_to_transform")
    targets.layersPatterns = try Self.list(config, "layers_pattern") ?? []
    ranks = try Self.members(config, "rank_pattern").map { pattern, object in
      Exception(pattern, try Self.rank(object.required(pattern), object, pattern))
    }
    alphas = try Self.members(config, "alpha_pattern").map { pattern, object in
      Exception(pattern, try object.required(pattern))
    }
  }

  /// The configuration as PEFT writes it, sorted by keys.
  public var json: JSON {
    func number(_ value: Double) -> JSON { Int(exactly: value).map { JSON($0) } ?? JSON(value) }
    func choice(_ choice: TargetModules.Choice) -> JSON {
      switch choice {
      case .names(let names): .array(names.sorted().map { .string($0) })
      case .pattern(let pattern): .string(pattern)
      case .allLinear: "all-linear"
      }
    }
    func object<Value>(_ exceptions: [Exception<Value>], _ json: (Value) -> JSON) -> JSON {
      var object = JSONObject()
      for exception in exceptions { object[exception.pattern] = json(exception.value) }
      return .object(object)
    }
    return [
      "alpha_pattern": object(alphas, number), "auto_mapping": .null,
      "base_model_name_or_path": JSON(baseModel), "bias": "none",
      "exclude_modules": targets.excluded.map(choice) ?? .null, "fan_in_fan_out": false,
      "inference_mode": true, "init_lora_weights": true,
      "layers_pattern": targets.layersPatterns.isEmpty
        ? .null : .array(targets.layersPatterns.map { .string($0) }),
      "layers_to_transform": targets.layers.map { .array($0.map { JSON($0) }) } ?? .null,
      "lora_alpha": number(alpha), "lora_dropout": JSON(dropout), "modules_to_save": .null,
      "peft_type": "LORA", "r": JSON(rank), "rank_pattern": object(ranks) { JSON($0) },
      "revision": .null, "target_modules": choice(targets.choice), "task_type": "CAUSAL_LM",
      "use_dora": .bool(usesDoRA), "use_rslora": .bool(usesRankStabilization),
    ]
  }

  private static func rank(_ rank: Int, _ object: JSONObject, _ key: String) throws -> Int {
    guard (1...1 << 20).contains(rank) else {
      throw object.failure(key, "is \(rank), expected a rank of at least 1")
    }
    return rank
  }

  private static func choice(
    _ config: JSONObject, _ key: String
  ) throws -> TargetModules.Choice? {
    switch config[key] {
    case nil, .null: nil
    case .string(let text): text.lowercased() == "all-linear" ? .allLinear : .pattern(text)
    default: .names(try config.required(key, as: [String].self))
    }
  }

  /// One value or a list of them; nil where there is none.
  private static func list<Value: JSONReadable>(
    _ config: JSONObject, _ key: String
  ) throws -> [Value]? {
    guard let json = config[key], json != .null else { return nil }
    if let value = Value(json: json) { return [value] }
    let values = try config.required(key, as: [Value].self)
    return values.isEmpty ? nil : values
  }

  private static func members(
    _ config: JSONObject, _ key: String
  ) throws -> [(String, JSONObject)] {
    guard let object = try config.optional(key, as: JSONObject.self) else { return [] }
    return object.keys.map { ($0, object) }
  }
}

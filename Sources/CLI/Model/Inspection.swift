// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINJSON
import SPINJobs
import SPINStorage

/// What a folder or a file is, as facts in order.
struct Inspection {
  /// The facts by name, the first of them the kind.
  private(set) var facts: JSONObject
  /// Warnings about it.
  let warnings: [String]

  init(of path: String) throws {
    guard let status = FileSystem.status(path) else {
      throw SPINError(.missingInput, at: path, "no such file or folder", remedy: "check the path")
    }
    if let folder = try Self.describe(ownFolder: path, status) {
      (facts, warnings) = (folder, [])
    } else if status.kind == .directory {
      let model = try ModelDirectory(path: path)
      let decoder = Result { try Decoder(directory: model) }
      facts = try Self.describe(model, decoder)
      warnings = model.warnings + ((try? decoder.get())?.warnings ?? [])
    } else {
      facts = try Self.describe(file: path)
      warnings = []
    }
  }

  var json: JSON {
    var object: JSONObject = [
      "schema": "inspection/1", "tool_version": .string(SPINVersion.current),
    ]
    for (key, value) in facts.members { object[key] = value }
    return .object(object)
  }

  /// Adds a fact.
  mutating func add(_ name: String, _ value: JSON) { facts[name] = value }

  /// Members of an object that are listed; people want the first, machines have `json`.
  private static let listedCount = 12

  /// One line a fact; the first members of an object one line each below it.
  var text: String {
    let width = facts.keys.map(\.utf8.count).max() ?? 0
    return facts.members.map { key, value in
      let name = Columns.padded(key.split(separator: "_").joined(separator: " "), width)
      guard let object = value.object else { return "\(name)  \(Self.text(value))" }
      let listed = object.members.prefix(object.count > 20 ? Self.listedCount : 20)
      let inner = listed.map(\.0.utf8.count).max() ?? 0
      let rest = object.count - listed.count
      return key.split(separator: "_").joined(separator: " ")
        + listed.map { "\n  \(Columns.padded($0, inner))  \(Self.text($1))" }.joined()
        + (rest > 0 ? "\n  and \(rest) more (--json shows all)" : "")
    }.joined(separator: "\n")
  }

  private static func text(_ value: JSON) -> String {
    if let elements = value.array { return elements.map(text).joined(separator: ", ") }
    guard let string = value.string else { return value == .null ? "none" : value.brief }
    let scalars = string.unicodeScalars
    return scalars.count <= 160 ? string : String(scalars.prefix(120)) + "... (--json shows all)"
  }

  // MARK: - Models

  private static func describe(
    _ model: ModelDirectory, _ decoder: Result<Decoder, any Error>
  ) throws -> JSONObject {
    var facts: JSONObject = ["kind": "model", "path": .string(model.path)]
    let names = try FileSystem.names(in: model.path)
    if names.contains("config.json") {
      let path = model.path + "/config.json"
      let config = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
      for key in [
        "model_type", "architectures", "hidden_size", "num_hidden_layers", "vocab_size",
        "quantization_config",
      ] {
        if let value = config[key], value != .null { facts[key] = value }
      }
    }
    let entries = Array(model.tensors.values)
    facts["parameters"] = JSON(entries.reduce(0) { $0 + $1.count })
    facts["tensors"] = JSON(entries.count)
    facts["dtypes"] = parameters(entries)
    var files = JSONObject()
    for file in model.files {
      files[FileSystem.name(of: file.path)] = .string(
        "\(ByteCount.text(file.file.byteCount)), \(file.header.tensors.count.counted("tensor"))")
    }
    facts["weight_files"] = .object(files)
    let tokenizers = ["tokenizer.json", "tokenizer.model", "tokenizer_config.json"]
    facts["tokenizer_files"] = .array(tokenizers.filter(names.contains).map { .string($0) })
    if let origin = model.origin { facts["origin"] = .string(origin.statement) }
    if let (scheme, tensor) = model.quantization {
      facts["quantization"] = "\(scheme), as \(tensor) shows; it cannot be scored or patched"
    }
    facts["patches"] = try patches(in: model)
    describeUse(of: model, decoder, &facts)
    return facts
  }

  /// The patches that the model's folder has, and which of them are in force; nil for none.
  private static func patches(in model: ModelDirectory) throws -> JSON? {
    let found = try EnclosedPatch.found(in: model)
    guard !found.isEmpty else { return nil }
    var facts = JSONObject()
    for enclosed in found {
      let patch = enclosed.patch
      let count = patch.weightCount.counted("weight")
      let base = patch.base.name.map { " of \($0)" } ?? ""
      let state =
        switch enclosed.state {
        case .patched: "in force"
        case .unpatched: "not in force: the weights are those before it"
        case .mixed: "in force in part"
        case .other: "not in force: some weights are neither those before it nor those after it"
        case nil: "of a model with other tensors"
        }
      facts[enclosed.name] = .string("\(count)\(base), \(state)")
    }
    return .object(facts)
  }

  /// Whether SPIN can score the model, and what it would edit.
  private static func describeUse(
    of model: ModelDirectory, _ decoder: Result<Decoder, any Error>, _ facts: inout JSONObject
  ) {
    do {
      let tokenizer = try Tokenizer(directory: model.path)
      facts["tokenizer"] = .string("\(tokenizer.summary)")
    } catch { facts["tokenizer"] = .string("cannot be used: \(error)") }
    do {
      let decoder = try decoder.get()
      var shares = JSONObject()
      var isTooSmall = false
      for projection in MatrixName.Projection.allCases {
        let (rows, columns) = decoder.configuration.shape(projection)
        let count = Selection.Amount.share(5e-7).count(rows: rows, columns: columns)
        shares["\(projection.module.rawValue).\(projection.rawValue)"] = .string(
          "[\(rows), \(columns)] in each of \(decoder.configuration.layerCount.counted("layer")), "
            + "\(count.counted("weight")) at a share of 5e-7")
        isTooSmall = isTooSmall || count == 0
      }
      facts["scored_matrices"] = .object(shares)
      if isTooSmall {
        facts["advice"] = .string(
          "the default share of 5e-7 is no weight of some matrices; it is \(SelectionReach.paperCount) of the "
            + "paper's 11008x4096: give --count \(SelectionReach.paperCount)")
      }
    } catch { facts["scored_matrices"] = .string("none: \(error)") }
  }

  /// A folder that spin itself wrote: scores, or a whole run.
  private static func describe(ownFolder path: String, _ status: FileStatus) throws -> JSONObject? {
    guard status.kind == .directory, FileSystem.status(path + "/config.json") == nil else {
      return nil
    }
    if FileSystem.status(path + "/manifest.json") != nil {
      return [
        "kind": "run", "path": .string(path),
        "holds": .array(try FileSystem.names(in: path).sorted().map { .string($0) }),
      ]
    }
    let dataSets = try ScoreDirectory(path: path).dataSets()
    let files = dataSets.compactMap { try? ScoreFile(path: "\(path)/\($0).safetensors") }
    guard let first = files.first, files.count == dataSets.count else { return nil }
    var scores = JSONObject()
    for file in files {
      let source = file.provenance
      scores[source.dataSet] = .string(
        "\(source.sampleCount.counted("sample")) of \(source.dataFile), \(source.tokenCount.counted("token"))"
      )
    }
    return [
      "kind": "scores", "path": .string(path),
      "model": .string(ModelDirectory.modelHash(of: first.provenance.modelFiles)),
      "matrices": JSON(first.matrices.count),
      "target_module": .string(first.provenance.targetModule.rawValue),
      "keep": .string(first.provenance.keep.description), "data_sets": .object(scores),
    ]
  }

  private static func parameters(_ entries: [TensorEntry]) -> JSON {
    var counts = JSONObject()
    for (type, entries) in Dictionary(grouping: entries, by: \.elementTypeName)
      .sorted(by: { $0.key < $1.key })
    {
      counts[type] = JSON(entries.reduce(0) { $0 + $1.count })
    }
    return .object(counts)
  }

  // MARK: - Files

  private static func describe(file path: String) throws -> JSONObject {
    let mapped = try MappedFile(path: path)
    let signature = FileSignature(of: mapped)
    switch signature {
    case .safetensors: return try describe(try SafetensorsFile(path: path))
    case .json: return try describe(json: path)
    default:
      let error = signature.refusal(at: path)
      if error == nil, path.hasSuffix(".safetensors") {
        // It should be one: say what is wrong with it.
        return try describe(try SafetensorsFile(path: path))
      }
      return [
        "kind": .string(error?.message ?? "is nothing that spin knows"), "path": .string(path),
        "size": .string(ByteCount.text(mapped.byteCount)), "advice": JSON(error?.remedy),
      ]
    }
  }

  private static func describe(_ file: SafetensorsFile) throws -> JSONObject {
    var metadata = JSONObject()
    for (key, value) in file.header.metadata { metadata[key] = .string(value) }
    let isScores = metadata["schema"]?.string?.hasPrefix("scores/") == true
    var tensors = JSONObject()
    for entry in file.entries {
      tensors[entry.name] = .string("\(entry.elementTypeName) \(entry.shape)")
    }
    return [
      "kind": isScores ? "score file" : "safetensors file", "path": .string(file.path),
      "size": .string(ByteCount.text(file.file.byteCount)),
      "parameters": JSON(file.entries.reduce(0) { $0 + $1.count }),
      "dtypes": parameters(file.entries), "metadata": .object(metadata),
      "tensors": .object(tensors),
    ]
  }

  private static func describe(json path: String) throws -> JSONObject {
    let json = try JSON(parsing: FileSystem.read(path), path: path)
    var facts: JSONObject = ["kind": "JSON file", "path": .string(path)]
    guard let object = json.object else { return facts }
    if object["schema"]?.string == Patch.schema {
      let patch = try Patch(json: json, path: path)
      facts["kind"] = "patch"
      facts["weights"] = JSON(patch.weightCount)
      facts["tensors"] = JSON(patch.tensors.count)
      facts["base"] = .string(patch.base.modelHash)
    } else if let schema = object["schema"]?.string {
      facts["kind"] = .string("\(schema.split(separator: "/").first ?? "JSON") file of spin")
      facts["schema_of_file"] = .string(schema)
    } else if object["weight_map"] != nil {
      facts["kind"] = "shard index"
    } else if object["model_type"] != nil || object["architectures"] != nil {
      facts["kind"] = "model configuration"
      facts["model_type"] = object["model_type"]
    } else if let model = object["model"]?.object, model["vocab"] != nil {
      facts["kind"] = "tokenizer"
      facts["type"] = model["type"]
      facts["vocabulary"] = model["vocab"]?.object.map { JSON($0.count) }
    }
    facts["keys"] = .array(object.keys.prefix(40).map { .string($0) })
    return facts
  }
}

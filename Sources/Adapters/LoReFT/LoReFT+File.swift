// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
public import SPINJSON
import SPINKernels
import SPINStorage
import SPINTransformer

/// The folder of a LoReFT adapter: numbers in safetensors, the rest in JSON, never a pickle.
///
/// `reft_model.safetensors` has for each intervention, under pyvene's name for it, what pyreft's
/// `state_dict` calls `rotate_layer` `[D, r]`, `learned_source.weight` `[r, D]` and `learned_source.bias`
/// `[r]`; `reft_config.json` has what pyreft takes as arguments, under its names. Equal adapters are
/// equal bytes.
extension LoReFT {
  /// The version of the format.
  public static let schema = "loreft/1"
  /// The file by which the folder is known.
  public static let configurationName = "reft_config.json"
  /// The file of the numbers.
  public static let weightsName = "reft_model.safetensors"

  /// Whether a folder holds an adapter of this kind.
  public static func isFolder(_ path: String) -> Bool {
    FileSystem.status(path + "/" + configurationName)?.kind == .file
  }

  /// Writes both files to a folder that exists; each appears whole or not at all.
  public func write(to folder: String) throws {
    let size = [shape.hiddenSize, shape.rank]
    var tensors: [SafetensorsWriter.Tensor] = []
    var values: [String: [Float]] = [:]
    for (layer, interventions) in zip(shape.layers, interventions) {
      for (key, intervention) in zip(shape.keys(layer: layer), interventions) {
        for (name, sizes, numbers) in [
          (Self.rotateLayer, size, intervention.rotateLayer),
          (Self.sourceWeight, size.reversed(), intervention.sourceWeight),
          (Self.sourceBias, [shape.rank], intervention.sourceBias),
        ] {
          tensors.append(.init(name: "\(key).\(name)", type: .float32, shape: sizes))
          values["\(key).\(name)"] = numbers
        }
      }
    }
    let writer = try SafetensorsWriter(
      path: folder + "/" + Self.weightsName, tensors: tensors,
      metadata: [("schema", Self.schema)],
      nonFinite: .refused(.checkFailed, remedy: "train with a lower learning rate"))
    for name in writer.order {
      var bytes: [UInt8] = []
      for value in values[name] ?? [] { bytes.append(littleEndian: value.bitPattern) }
      try writer.write(bytes, to: name)
    }
    try writer.finish()
    try OutputFile.write(
      Array(json.serialized().utf8), to: folder + "/" + Self.configurationName)
  }

  /// The SHA-256 of configuration and numbers.
  public var digest: String {
    var bytes = Array(json.serialized(indented: false).utf8)
    for intervention in interventions.joined() {
      for part in [
        intervention.rotateLayer, intervention.sourceWeight, intervention.sourceBias,
      ] {
        for value in part { bytes.append(littleEndian: value.bitPattern) }
      }
    }
    return FileDigest.sha256(bytes)
  }

  /// What `reft_config.json` says.
  public var json: JSON {
    [
      "schema": .string(Self.schema), "reft_type": "LOREFT",
      "base_model_name_or_path": .string(baseModel), "component": "block_output",
      "hidden_size": JSON(shape.hiddenSize), "low_rank_dimension": JSON(shape.rank),
      "layers": .array(shape.layers.map { JSON($0) }),
      "position": .string(shape.positions.text), "share_weights": .bool(shape.sharesWeights),
      "dropout": .number(dropout), "act_fn": nil, "mergeable": false,
    ]
  }

  /// Reads a folder and checks all of it.
  ///
  /// - Throws: `SPINError` that names file and key or tensor: a kind of adapter that is not read, a
  ///   missing, unexpected or misshapen tensor, numbers that are not finite, directions that are not
  ///   orthonormal.
  public init(path folder: String) throws {
    let path = folder + "/" + Self.configurationName
    let config = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
    try Self.requireKind(config)
    let shape: Shape
    do {
      shape = try Shape(
        hiddenSize: try config.required("hidden_size"),
        rank: try config.required("low_rank_dimension"), layers: try config.required("layers"),
        positions: PromptPositions(try config.required("position", as: String.self)),
        sharesWeights: try config.required("share_weights"))
    } catch let error as SPINError where error.location == nil {
      throw error.counted(as: .malformedInput).located(at: path)
    }
    let dropout = try config.optional("dropout", as: Double.self) ?? 0
    var reader = try TensorReader(folder + "/" + Self.weightsName)
    let size = [shape.hiddenSize, shape.rank]
    let interventions = try shape.layers.map { layer in
      try shape.keys(layer: layer).map { key in
        let rotation = "\(key).\(Self.rotateLayer)"
        let intervention = Intervention(
          rotateLayer: try reader.numbers(rotation, shape: size),
          sourceWeight: try reader.numbers("\(key).\(Self.sourceWeight)", shape: size.reversed()),
          sourceBias: try reader.numbers("\(key).\(Self.sourceBias)", shape: [shape.rank]))
        try reader.requireOrthonormal(intervention.rotateLayer, rotation, rank: shape.rank)
        return intervention
      }
    }
    try reader.finish()
    self.init(
      shape: shape, interventions: interventions, dropout: dropout,
      baseModel: try config.optional("base_model_name_or_path") ?? "")
  }

  private static func requireKind(_ config: JSONObject) throws {
    for (key, expected) in [
      ("schema", schema), ("reft_type", "LOREFT"), ("component", "block_output"),
    ] {
      let found = try config.required(key, as: String.self)
      guard found == expected else {
        throw config.failure(
          key, "is \"\(found)\", expected \"\(expected)\"", remedy: "other kinds are not read")
      }
    }
    if let function = try config.optional("act_fn", as: String.self), function != "linear" {
      throw config.failure("act_fn", "is \"\(function)\", expected null or \"linear\"")
    }
  }

  private static let rotateLayer = "rotate_layer"
  private static let sourceWeight = "learned_source.weight"
  private static let sourceBias = "learned_source.bias"
}

/// The tensors of an adapter, each taken once.
private struct TensorReader {
  private let path: String
  private var entries: [String: TensorEntry]

  init(_ path: String) throws {
    self.path = path
    entries = Dictionary(
      uniqueKeysWithValues: try LowRankAdapter.weights(path).entries.map { ($0.name, $0) })
  }

  mutating func numbers(_ name: String, shape: [Int]) throws -> [Float] {
    guard let entry = entries.removeValue(forKey: name) else {
      throw SPINError(.malformedInput, at: path, "tensor \"\(name)\" is missing")
    }
    guard entry.shape == shape, let type = entry.elementType else {
      throw SPINError(
        .malformedInput, at: path,
        "tensor \"\(name)\" is \(entry.elementTypeName) of shape \(entry.shape), expected F32, F16 "
          + "or BF16 of shape \(shape)")
    }
    let numbers = WeightMatrix(
      name: name, file: entry.file, offset: entry.byteRange.lowerBound, elementType: type, rows: 1,
      columns: entry.count
    ).values(rows: 0..<1)
    guard numbers.allSatisfy(\.isFinite) else {
      throw SPINError(
        .malformedInput, at: path, "tensor \"\(name)\" has numbers that are not finite",
        remedy: "training diverged, or the file is damaged")
    }
    return numbers
  }

  /// Columns stored in bfloat16 are off by some thousandths; anything more is another matrix.
  func requireOrthonormal(_ matrix: [Float], _ name: String, rank: Int) throws {
    var products = [Double](repeating: 0, count: rank * rank)
    for row in stride(from: 0, to: matrix.count, by: rank) {
      for i in 0..<rank {
        for j in 0..<rank {
          products[i * rank + j] += Double(matrix[row + i]) * Double(matrix[row + j])
        }
      }
    }
    let worst = (0..<rank * rank).map { abs(products[$0] - ($0 / rank == $0 % rank ? 1 : 0)) }.max()
    guard let worst, worst < 0.02 else {
      throw SPINError(
        .malformedInput, at: path,
        "the columns of tensor \"\(name)\" are not orthonormal: products are off by up to "
          + "\(worst ?? .infinity)", remedy: "the file was edited or damaged, train again")
    }
  }

  func finish() throws {
    guard let stray = entries.keys.min() else { return }
    throw SPINError(.malformedInput, at: path, "has an unexpected tensor \"\(stray)\"")
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINJSON
import SPINStorage

/// The largest scores of every matrix for one data set, as a file stores them.
///
/// The file is a safetensors file with two tensors a matrix, both of length K and by rank:
/// `<matrix>.idx` of U64, flat row-major indices, and `<matrix>.val` of F32, scores; and `losses` of
/// F64, where they are known, the mean loss of each sample. Its metadata holds the schema, the shapes of the matrices and the provenance. Nothing in it depends on time,
/// path or machine: equal scores are equal bytes.
public struct ScoreFile: Sendable, Equatable {
  /// The version of the format.
  public static let schema = "scores/1"

  /// What the scores were computed from.
  public let provenance: ScoreProvenance
  /// The scores of each matrix, in the order of the decoder.
  public let matrices: [TopScores]
  /// The mean loss of each sample that has one, in nats; empty where they are not known.
  public let losses: [Double]

  /// Puts scores and provenance together; the matrices come into the order of the decoder.
  ///
  /// - Precondition: Every matrix is one that `MatrixName` reads, and occurs once.
  public init(provenance: ScoreProvenance, matrices: [TopScores], losses: [Double] = []) {
    let named = matrices.map { scores in
      guard let name = MatrixName(tensor: scores.tensor) else {
        preconditionFailure("\(scores.tensor) is not a matrix of a decoder layer")
      }
      return (name: name, scores: scores)
    }
    precondition(Set(named.map(\.name)).count == named.count, "a matrix occurs twice")
    self.provenance = provenance
    self.losses = losses
    self.matrices = named.sorted { $0.name < $1.name }.map(\.scores)
  }

  /// Refuses scores of another model.
  ///
  /// - Parameters:
  ///   - modelFiles: The SHA-256 of each weight file of the model at hand, by name.
  ///   - configurationDigest: The SHA-256 of its `config.json`; nil where it is not at hand.
  ///   - path: Where the scores were read, for the message.
  public func requireModel(
    _ modelFiles: [String: String], configurationDigest: String? = nil, scoresAt path: String
  ) throws {
    let expected = ModelDirectory.modelHash(of: modelFiles)
    guard provenance.modelHash == expected else {
      throw SPINError(
        .malformedInput, at: path,
        "holds scores of another model: of \(provenance.modelHash), this one is \(expected)",
        remedy: "score this model, or give the model that was scored")
    }
    if let digest = configurationDigest, let scored = provenance.configurationDigest,
      digest != scored
    {
      throw SPINError(
        .malformedInput, at: path,
        "holds scores of this model with another config.json: of \(scored.prefix(12)), this one is "
          + "\(digest.prefix(12))",
        remedy: "score again, or give the model as it was scored")
    }
  }
}

// MARK: - Writing

extension ScoreFile {
  /// Writes the file; it appears whole or not at all.
  public func write(to path: String) throws {
    var shapes = JSONObject()
    var tensors: [SafetensorsWriter.Tensor] = []
    var byName: [String: TopScores] = [:]
    for scores in matrices {
      shapes[scores.tensor] = [JSON(scores.rows), JSON(scores.columns)]
      let shape = [scores.keptCount]
      tensors.append(.init(name: scores.tensor + ".idx", type: .uint64, shape: shape))
      tensors.append(.init(name: scores.tensor + ".val", type: .float32, shape: shape))
      byName[scores.tensor] = scores
    }
    if !losses.isEmpty {
      tensors.append(.init(name: Self.lossName, type: .float64, shape: [losses.count]))
    }
    let metadata =
      [("schema", Self.schema)] + provenance.metadata
      + [("matrices", JSON.object(shapes).serialized(indented: false))]
    let writer = try SafetensorsWriter(
      path: path, tensors: tensors, metadata: metadata, nonFinite: .accepted)
    for name in writer.order {
      if name == Self.lossName {
        var bytes: [UInt8] = []
        for loss in losses { bytes.append(littleEndian: loss.bitPattern) }
        try writer.write(bytes, to: name)
        continue
      }
      guard let scores = byName[String(name.dropLast(4))] else { continue }
      var bytes: [UInt8] = []
      if name.hasSuffix(".idx") {
        bytes.reserveCapacity(8 * scores.keptCount)
        for index in scores.indices { bytes.append(littleEndian: UInt64(index)) }
      } else {
        bytes.reserveCapacity(4 * scores.keptCount)
        for value in scores.values { bytes.append(littleEndian: value.bitPattern) }
      }
      try writer.write(bytes, to: name)
    }
    try writer.finish()
  }
}

// MARK: - Reading

extension ScoreFile {
  /// Reads a file and checks all of it.
  ///
  /// - Throws: `SPINError` that names file and matrix: another schema, missing metadata, tensors
  ///   that do not pair up, indices outside the matrix, scores out of order.
  public init(path: String) throws {
    do {
      try self.init(reading: path)
    } catch let error as SPINError where error.code == .malformedInput {
      // Scores are made here: what is damaged is not to be had elsewhere.
      let isOfWeights = error.remedy?.contains("download") ?? true
      throw isOfWeights ? error.advising(Self.again) : error
    }
  }

  static let again: SettingText =
    "score again: repeat the command that wrote it, spin score or spin run, with \(enabling: .restart)"

  private init(reading path: String) throws {
    let file = try SafetensorsFile(path: path)
    let metadata = ScoreMetadata(file.header.metadata, path: path)
    guard let schema = metadata["schema"] else {
      throw SPINError(
        .malformedInput, at: path, "is not a score file: its metadata names no schema",
        remedy: "give the folder that `spin score` wrote")
    }
    guard schema == Self.schema else {
      throw SPINError(
        .malformedInput, at: path, "has schema \"\(schema)\", expected \"\(Self.schema)\"",
        remedy: "score again with this version")
    }
    let provenance = try ScoreProvenance(metadata: metadata)
    guard let shapes = try metadata.json("matrices").object else {
      throw metadata.malformed("matrices", "an object")
    }
    var entries: [String: TensorEntry] = [:]
    for entry in file.entries { entries[entry.name] = entry }
    var matrices: [TopScores] = []
    for tensor in shapes.keys {
      guard MatrixName(tensor: tensor) != nil else {
        throw SPINError(
          .malformedInput, at: path, "\"\(tensor)\" is not a matrix of a decoder layer")
      }
      guard let shape = shapes[tensor].flatMap({ [Int](json: $0) }), shape.count == 2 else {
        throw metadata.malformed("matrices", "two sizes for every matrix")
      }
      let indices = try Self.indices(entries.removeValue(forKey: tensor + ".idx"), tensor, path)
      let values = try Self.values(entries.removeValue(forKey: tensor + ".val"), tensor, path)
      do {
        matrices.append(
          try TopScores(
            tensor: tensor, rows: shape[0], columns: shape[1], indices: indices, values: values))
      } catch let error as SPINError { throw error.located(in: path) }
    }
    let losses = try Self.losses(entries.removeValue(forKey: Self.lossName), path)
    guard let stray = entries.keys.min() else {
      self.init(provenance: provenance, matrices: matrices, losses: losses)
      return
    }
    throw SPINError(.malformedInput, at: path, "has an unexpected tensor \"\(stray)\"")
  }

  private static func indices(
    _ entry: TensorEntry?, _ tensor: String, _ path: String
  ) throws -> [Int] {
    let entry = try checked(entry, tensor + ".idx", .uint64, path)
    return try entry.file.withBytes(entry.byteRange) { bytes in
      try (0..<entry.count).map { position in
        guard let index = Int(exactly: bytes.littleEndian(UInt64.self, at: 8 * position)) else {
          throw SPINError(
            .malformedInput, at: path, "\"\(entry.name)\" has an index beyond 63 bits")
        }
        return index
      }
    }
  }

  private static func values(
    _ entry: TensorEntry?, _ tensor: String, _ path: String
  ) throws -> [Float] {
    let entry = try checked(entry, tensor + ".val", .float32, path)
    return entry.file.withBytes(entry.byteRange) { bytes in
      (0..<entry.count).map {
        Float(bitPattern: bytes.littleEndian(UInt32.self, at: 4 * $0))
      }
    }
  }

  private static func losses(_ entry: TensorEntry?, _ path: String) throws -> [Double] {
    guard let entry else { return [] }
    let checked = try checked(entry, lossName, .float64, path)
    return checked.file.withBytes(checked.byteRange) { bytes in
      (0..<checked.count).map {
        Double(bitPattern: bytes.littleEndian(UInt64.self, at: 8 * $0))
      }
    }
  }

  private static let lossName = "losses"

  private static func checked(
    _ entry: TensorEntry?, _ name: String, _ type: SafetensorsType, _ path: String
  ) throws -> TensorEntry {
    guard let entry else {
      throw SPINError(.malformedInput, at: path, "tensor \"\(name)\" is missing")
    }
    guard entry.type == type, entry.shape.count == 1 else {
      throw SPINError(
        .malformedInput, at: path,
        "tensor \"\(name)\" is \(entry.elementTypeName) of shape \(entry.shape), expected "
          + "\(type.rawValue) of one dimension")
    }
    return entry
  }
}

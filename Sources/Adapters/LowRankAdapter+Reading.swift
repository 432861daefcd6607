// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINKernels
import SPINStorage

extension LowRankAdapter {
  /// The name that PEFT gives the file of the factors.
  public static let fileName = "adapter_model.safetensors"

  /// Reads the folder of an adapter.
  ///
  /// Factors in F32, F16 or BF16 are widened, as PEFT does it. The tensors have to be those that the
  /// configuration asks for.
  ///
  /// - Throws: `SPINError` for a file that is missing, a kind of adapter that is not computed, or
  ///   tensors that are missing, unexpected or of another shape.
  public init(path: String) throws {
    guard FileSystem.status(path)?.kind == .directory else {
      throw SPINError(
        .missingInput, at: path, "no such folder of an adapter",
        remedy: "give the folder that holds \(AdapterConfiguration.fileName)")
    }
    let names = try FileSystem.names(in: path)
    guard !names.contains(LoReFT.configurationName) else {
      throw SPINError(
        .malformedInput, at: path,
        """
        holds a LoReFT adapter, which acts at some tokens of a prompt and not at others: it cannot \
        be merged into weights
        """, remedy: "compute with it by \(setting: .adapter)")
    }
    guard names.contains(AdapterConfiguration.fileName) else {
      throw SPINError(
        .missingInput, at: path, "holds no \(AdapterConfiguration.fileName)",
        remedy: "give the folder of an adapter in PEFT's format")
    }
    let configuration = try AdapterConfiguration(path: path + "/" + AdapterConfiguration.fileName)
    guard names.contains(Self.fileName) else {
      if names.contains("adapter_model.bin") {
        throw SPINError(
          .malformedInput, at: path,
          "holds its factors as a pickle, which is a program and is never run here",
          remedy: "load it with PEFT and save it with safe_serialization=True")
      }
      throw SPINError(.missingInput, at: path, "holds no \(Self.fileName)")
    }
    let file = try Self.weights(path + "/" + Self.fileName)
    self.init(
      configuration: configuration,
      matrices: try AdapterReader(file, configuration, in: path).matrices(), path: path,
      digest: FileDigest.sha256(
        try FileSystem.read(path + "/" + AdapterConfiguration.fileName)
          + Array(FileDigest.sha256(ofFileAt: file.path).utf8)))
  }
}

extension LowRankAdapter {
  /// An adapter may have been trained here as well as downloaded.
  static func weights(_ path: String) throws -> SafetensorsFile {
    do {
      return try SafetensorsFile(path: path)
    } catch let error as SPINError where error.remedy?.contains("download it again") == true {
      throw error.advising("the file is damaged - download the adapter again, or train it again")
    }
  }
}

/// The names of an adapter's tensors.
enum AdapterTensor: Hashable {
  /// A factor, or the lengths of the rows.
  enum Part: String, CaseIterable {
    case a = "lora_A", b = "lora_B", magnitude = "lora_magnitude_vector"
  }

  /// What PEFT puts before the name of a module.
  static let prefix = "base_model.model."

  /// The name that PEFT gives the tensor; the magnitude goes without ".weight".
  static func name(_ part: Part, of matrix: MatrixName) -> String {
    "\(prefix)\(matrix.module).\(part.rawValue)" + (part == .magnitude ? "" : ".weight")
  }

  /// What a name stands for; nil for any other tensor.
  ///
  /// The magnitude is read with and without ".weight".
  static func parse(_ name: String) -> (Part, MatrixName)? {
    guard name.hasPrefix(prefix) else { return nil }
    let rest = name.dropFirst(prefix.count)
    for part in Part.allCases {
      for ending in part == .magnitude ? [".weight", ""] : [".weight"] {
        let ending = ".\(part.rawValue)\(ending)"
        if rest.hasSuffix(ending),
          let matrix = MatrixName(tensor: rest.dropLast(ending.count) + ".weight")
        {
          return (part, matrix)
        }
      }
    }
    return nil
  }
}

/// Puts the tensors of a file together to matrices.
private struct AdapterReader {
  private let path: String
  private let configPath: String
  private let configuration: AdapterConfiguration
  private var tensors: [MatrixName: [AdapterTensor.Part: TensorEntry]] = [:]

  init(_ file: SafetensorsFile, _ configuration: AdapterConfiguration, in directory: String) throws
  {
    path = file.path
    configPath = directory + "/" + AdapterConfiguration.fileName
    self.configuration = configuration
    for entry in file.entries {
      guard let (part, matrix) = AdapterTensor.parse(entry.name) else { throw refusal(of: entry) }
      guard tensors[matrix, default: [:]].updateValue(entry, forKey: part) == nil else {
        throw failure(entry.name, "is in the file twice, with and without \".weight\"")
      }
    }
  }

  func matrices() throws -> [LowRankMatrix] {
    let layerCount = (tensors.keys.map(\.layer).max() ?? -1) + 1
    let targets = try configuration.targets.matrices(layerCount: layerCount, at: configPath)
    guard !targets.isEmpty else {
      throw SPINError(
        .malformedInput, at: path, "holds no factors for a target of its configuration")
    }
    let targeted = Set(targets)
    if let stray = tensors.keys.filter({ !targeted.contains($0) }).min() {
      throw SPINError(
        .malformedInput, at: path,
        "holds factors for \(stray.module), which \(configPath) does not target")
    }
    let shapes = try configuration.shapes(at: configPath)
    return try targets.map { try matrix($0, shapes($0)) }
  }

  private func matrix(
    _ name: MatrixName, _ shape: (rank: Int, scale: Double)
  ) throws -> LowRankMatrix {
    let (rank, scale) = shape
    let parts = tensors[name] ?? [:]
    func part(_ part: AdapterTensor.Part) throws -> TensorEntry {
      guard let entry = parts[part] else {
        throw failure(
          AdapterTensor.name(part, of: name), "is missing, \(configPath) targets \(name.module)")
      }
      return entry
    }
    let (a, b) = (try part(.a), try part(.b))
    guard a.shape.count == 2, a.shape[0] == rank else {
      throw failure(a.name, "has shape \(a.shape), expected rank \(rank) as its first size")
    }
    guard b.shape.count == 2, b.shape[1] == rank else {
      throw failure(b.name, "has shape \(b.shape), expected rank \(rank) as its second size")
    }
    var magnitude: FloatBuffer?
    if configuration.usesDoRA {
      let entry = try part(.magnitude)
      guard entry.shape == [b.shape[0]] else {
        throw failure(entry.name, "has shape \(entry.shape), expected [\(b.shape[0])]")
      }
      magnitude = FloatBuffer(try values(of: entry))
    } else if let entry = parts[.magnitude] {
      throw failure(entry.name, "is there, but \(configPath) says use_dora false")
    }
    return LowRankMatrix(
      name: name,
      a: MatrixView(try values(of: a), rows: rank, columns: a.shape[1]),
      b: MatrixView(try values(of: b), rows: b.shape[0], columns: rank),
      magnitude: magnitude, scale: scale)
  }

  private func values(of entry: TensorEntry) throws -> [Float] {
    guard let type = entry.elementType else {
      throw failure(entry.name, "holds \(entry.elementTypeName), expected F32, F16 or BF16")
    }
    if let count = entry.nonFiniteCount(), !count.isEmpty {
      throw SPINError(
        .malformedInput, at: "\(path): tensor \"\(entry.name)\"",
        "holds \(count.text), \(count.firstPlace(in: entry.shape))",
        remedy: "use another copy of the adapter, or train it again with a lower learning rate")
    }
    let matrix = WeightMatrix(
      name: entry.name, file: entry.file, offset: entry.byteRange.lowerBound, elementType: type,
      rows: 1, columns: entry.count)
    return matrix.values(rows: 0..<1)
  }

  private func refusal(of entry: TensorEntry) -> SPINError {
    let what =
      entry.name.contains("lora_embedding_")
      ? "adapts an embedding, which SPIN does not compute"
      : "is no factor of a matrix in a decoder's layer, as "
        + "\"\(AdapterTensor.name(.a, of: MatrixName(layer: 0, projection: .query)))\""
    return SPINError(
      .unavailable, at: "\(path): tensor \"\(entry.name)\"", what,
      remedy: "merge this adapter with PEFT, then use the model")
  }

  private func failure(_ tensor: String, _ message: String) -> SPINError {
    SPINError(.malformedInput, at: "\(path): tensor \"\(tensor)\"", message)
  }
}

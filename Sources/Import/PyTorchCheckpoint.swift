// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINPyTorch
import SPINStorage

/// A folder with `pytorch_model.bin`, or its shards with their index, as a source of a checkpoint.
struct PyTorchCheckpoint: ImportableCheckpoint {
  let format = "PyTorch"
  let elementType: ElementType?
  let tensors: [ImportedTensor]
  let notes: [String]
  private let directory: String
  private let files: [PyTorchFile]
  private let copied: [String]
  private let stored: [StoredTensor]

  static let singleName = "pytorch_model.bin"
  static let indexName = "pytorch_model.bin.index.json"

  /// Reads and checks all weight files.
  ///
  /// - Throws: `SPINError` that names the file and what is not allowed in it.
  init(directory: String, elementType: ElementType?) throws {
    self.directory = directory
    self.elementType = elementType
    let names = try FileSystem.names(in: directory)
    let (weightNames, index) = try Self.weightFiles(in: directory, names: names)
    files = try weightNames.map { try PyTorchFile(path: directory + "/" + $0) }
    var selection = TensorSelection(directory: directory)
    for file in files {
      for tensor in file.tensors { try selection.add(tensor, of: file) }
    }
    if let index { try selection.check(index) }
    tensors = try selection.tensors.map { try Self.imported($0.tensor, of: $0.file, elementType) }
    stored = selection.tensors.map(\.tensor)
    let (copied, left) = Self.otherFiles(names, in: directory)
    self.copied = copied
    let unchecked = files.filter { !$0.hasChecksums }.map { FileSystem.name(of: $0.path) }
    notes =
      selection.notes
      + unchecked.map { "\($0) holds no checksums: damage to its weights cannot be noticed" }
      + (left.isEmpty ? [] : ["not copied: " + left.joined(separator: ", ")])
  }

  private static func weightFiles(
    in directory: String, names: [String]
  ) throws -> (names: [String], index: ShardIndex?) {
    if names.contains(singleName) { return ([singleName], nil) }
    if names.contains(indexName) {
      let index = try ShardIndex(path: directory + "/" + indexName)
      for shard in index.shardNames where !names.contains(shard) {
        throw SPINError(
          .missingInput, at: index.path,
          "names the shard \"\(shard)\", which is not in the folder",
          remedy: "download the missing shard")
      }
      return (index.shardNames, index)
    }
    if names.contains("model.safetensors") || names.contains(ShardIndex.fileName) {
      throw SPINError(
        .usage, at: directory, "is a checkpoint in safetensors already", remedy: "use it as it is")
    }
    if let name = names.first(where: { $0.hasSuffix(".gguf") }) {
      throw SPINError(
        .usage, at: directory, "is a folder with GGUF files",
        remedy: "give the file: \(directory)/\(name)")
    }
    throw SPINError(
      .missingInput, at: directory, "holds neither \(singleName) nor \(indexName)",
      remedy: "give a GGUF file, or a folder with PyTorch weights")
  }

  /// What is copied as it is, and what is neither copied nor read.
  private static func otherFiles(
    _ names: [String], in directory: String
  ) -> (copied: [String], left: [String]) {
    var copied: [String] = []
    var left: [String] = []
    for name in names {
      let isWeights =
        name == indexName || (name.hasPrefix("pytorch_model") && name.hasSuffix(".bin"))
      if isWeights || name.hasPrefix(".") || name == ModelOrigin.fileName { continue }
      let isProgram = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack", ".py"]
        .contains { name.hasSuffix($0) }
      if isProgram || FileSystem.status(directory + "/" + name)?.kind != .file {
        left.append(name)
      } else {
        copied.append(name)
      }
    }
    return (copied, left)
  }

  private static func imported(
    _ tensor: StoredTensor, of file: PyTorchFile, _ elementType: ElementType?
  ) throws -> ImportedTensor {
    let mapped = file.file
    let target = ElementType(rawValue: tensor.type.rawValue) == nil ? nil : elementType
    let columnCount = tensor.shape.count > 1 ? max(1, tensor.shape.dropFirst().reduce(1, *)) : 1
    return ImportedTensor(
      name: tensor.name, type: target.map { SafetensorsType($0) } ?? tensor.type,
      shape: tensor.shape, columnCount: columnCount, rowCount: tensor.count / columnCount,
      rows: { rows in
        let elements = rows.lowerBound * columnCount..<rows.upperBound * columnCount
        let bytes = tensor.bytes(of: elements, in: mapped)
        guard let target, target.rawValue != tensor.type.rawValue else { return bytes }
        return try ElementConversion.converted(bytes, from: tensor, to: target)
      })
  }

  var encodings: String {
    let counts = Dictionary(grouping: stored, by: \.type.rawValue).mapValues(\.count)
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  func writeDocuments(to directory: String, stopping: () throws -> Void) throws -> ModelOrigin {
    let rules = FolderRules(
      folder: self.directory, weights: files.map { FileSystem.name(of: $0.path) })
    for name in copied {
      guard let file = try rules.file(at: self.directory + "/" + name) else { continue }
      _ = try FileSystem.clone(file, to: directory + "/" + name)
      try stopping()
    }
    if let elementType { try Self.setType(elementType, in: directory + "/config.json") }
    var digests: [(name: String, sha256: String)] = []
    for file in files {
      try file.checkTensors(stopping: stopping)
      digests.append(
        (FileSystem.name(of: file.path), try FileDigest.sha256(ofFileAt: file.path)))
      try stopping()
    }
    let origin = ModelOrigin.imported(
      format: format, files: digests, encoding: encodings, isDequantized: false,
      details: [
        "dtype": JSON(elementType?.rawValue), "notes": .array(notes.map { .string($0) }),
      ])
    try origin.write(in: directory)
    return origin
  }

  /// The configuration names the type of the weights.
  private static func setType(_ type: ElementType, in path: String) throws {
    guard FileSystem.status(path) != nil else { return }
    var object = try JSON(parsing: try FileSystem.read(path), path: path).requireObject(at: path)
    object["dtype"] = nil
    object["torch_dtype"] = .string(type.torchName)
    try OutputFile.write(Array(JSON.object(object).serialized().utf8), to: path)
  }
}

extension ElementConversion {
  /// Bytes of one floating-point type as those of another, through Float32.
  static func converted(
    _ bytes: [UInt8], from tensor: StoredTensor, to type: ElementType
  ) throws -> [UInt8] {
    guard let source = ElementType(rawValue: tensor.type.rawValue) else { return bytes }
    let count = bytes.count / source.byteCount
    var values: [Float] = []
    values.reserveCapacity(count)
    bytes.withRawSpan { span in
      for index in 0..<count {
        switch source {
        case .float32:
          values.append(Float(bitPattern: span.littleEndian(UInt32.self, at: 4 * index)))
        case .float16:
          values.append(
            HalfPrecision.float(float16: span.littleEndian(UInt16.self, at: 2 * index)))
        case .bfloat16:
          values.append(
            HalfPrecision.float(bfloat16: span.littleEndian(UInt16.self, at: 2 * index)))
        }
      }
    }
    var result: [UInt8] = []
    result.reserveCapacity(count * type.byteCount)
    try append(values.span, as: type, to: &result, name: tensor.name)
    return result
  }
}

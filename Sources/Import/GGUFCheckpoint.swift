// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINGGUF
import SPINJSON
import SPINStorage

/// A GGUF file as a source of a checkpoint.
struct GGUFCheckpoint: ImportableCheckpoint {
  let format = "GGUF"
  let elementType: ElementType?
  let tensors: [ImportedTensor]
  let notes: [String]
  private let file: GGUFFile
  private let documents: GGUFDocuments
  private let tokenizerJSON: [UInt8]

  /// Reads and checks a file.
  ///
  /// - Throws: `SPINError` that names what cannot be carried over.
  init(path: String, elementType: ElementType) throws {
    file = try GGUFFile(path: path)
    self.elementType = elementType
    let configuration = try GGUFConfiguration(file)
    // Before the tensors: a refused tokenizer is found in the first megabytes.
    let tokenizer = try GGUFTokenizer(file.metadata)
    guard tokenizer.tokens.count <= configuration.vocabularySize else {
      throw file.metadata.failure(
        "tokenizer.ggml.tokens",
        "has \(tokenizer.tokens.count) tokens, the embedding \(configuration.vocabularySize) rows")
    }
    documents = GGUFDocuments(
      configuration: configuration, tokenizer: tokenizer, metadata: file.metadata,
      elementType: elementType)
    var writer = TokenizerJSONWriter(tokenizer)
    tokenizerJSON = try writer.document()
    tensors = try GGUFTensorPlan(
      file: file, configuration: configuration, elementType: elementType
    ).tensors()
    notes = try Self.notes(file.metadata, configuration, tokenizer)
  }

  private static func notes(
    _ metadata: GGUFMetadata, _ configuration: GGUFConfiguration, _ tokenizer: GGUFTokenizer
  ) throws -> [String] {
    let keys = ArchitectureKeys(metadata: metadata, architecture: configuration.architecture)
    var notes = keys.unread.map { "the key \"\($0)\" is not read" }
    if case .sentencePiece = tokenizer.model {
      notes.append(
        "spaces go before text after special tokens, as in Llama 2; the file does not say otherwise"
      )
    }
    if try metadata.string("tokenizer.chat_template") == nil {
      notes.append("the file has no chat template")
    }
    return notes
  }

  var encodings: String {
    let counts = Dictionary(grouping: file.tensors, by: \.type).mapValues(\.count)
    return counts.sorted { ($1.value, $0.key.name) < ($0.value, $1.key.name) }
      .map { "\($0.key.name) \($0.value)" }.joined(separator: ", ")
  }

  func writeDocuments(to directory: String, stopping: () throws -> Void) throws -> ModelOrigin {
    for (name, json) in [
      ("config.json", documents.config), ("generation_config.json", documents.generationConfig),
      ("tokenizer_config.json", try documents.tokenizerConfig()),
    ] {
      try OutputFile.write(Array(json.serialized().utf8), to: directory + "/" + name)
    }
    try OutputFile.write(tokenizerJSON, to: directory + "/tokenizer.json")
    try stopping()
    let metadata = file.metadata
    let origin = ModelOrigin.imported(
      format: format,
      files: [(FileSystem.name(of: file.path), try FileDigest.sha256(ofFileAt: file.path))],
      encoding: try encoding(),
      isDequantized: file.tensors.contains { !$0.type.isFloatingPoint },
      details: [
        "name": JSON(try metadata.string("general.name")),
        "license": JSON(try metadata.string("general.license")),
        "architecture": .string(documents.configuration.architecture.rawValue),
        "tensor_types": .string(encodings),
        "dtype": .string(documents.elementType.rawValue),
        "notes": .array(notes.map { .string($0) }),
      ])
    try origin.write(in: directory)
    try stopping()
    return origin
  }

  /// What the file is called by its weights: llama.cpp's name of the mixture, or the type of most.
  private func encoding() throws -> String {
    if let number = try file.metadata.integer("general.file_type"),
      let name = Self.fileTypes[number]
    {
      return name
    }
    // Vectors are plain numbers in every file: they do not name it.
    let matrices = file.tensors.filter { $0.shape.count > 1 }
    let quantized = matrices.filter { !$0.type.isFloatingPoint }
    let sizes = Dictionary(grouping: quantized.isEmpty ? matrices : quantized, by: \.type)
      .mapValues { tensors in tensors.reduce(0) { $0 + $1.count } }
    return sizes.max { ($0.value, $1.key.name) < ($1.value, $0.key.name) }?.key.name ?? "F32"
  }

  /// `LlamaFileType` of the package gguf, as far as its types are read.
  private static let fileTypes: [Int: String] = [
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 21: "Q2_K_S", 32: "BF16",
  ]
}

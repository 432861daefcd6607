// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINStorage

/// The files of a model's repository that are downloaded: configuration and tokenizer, then weights
/// of one format.
///
/// Weights in GGUF, ONNX, msgpack and other formats, folders such as `original` and `onnx`, and
/// programs are never downloaded.
struct ModelFiles {
  /// The format of the weights.
  enum Weights: Equatable {
    /// The single file model.safetensors.
    case single(String)
    /// An index and the shards that it names.
    case sharded(index: String)
    /// PyTorch weights, single or sharded, which have to be converted.
    case pytorch(single: String?, index: String?)
  }

  /// Configuration, tokenizer and license: what decides whether the model can be used.
  let description: [RemoteFile]
  let weights: Weights
  private let byPath: [String: RemoteFile]

  private static let names: Set<String> = [
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt",
    "tokenizer.model", "spiece.model", "chat_template.jinja", "chat_template.json", "README.md",
  ]
  private static let pytorchIndex = "pytorch_model.bin.index.json"

  /// Selects the files.
  ///
  /// - Throws: `SPINError` if there is no configuration or there are no usable weights.
  init(_ files: [RemoteFile], of reference: HubReference) throws {
    byPath = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
    let names = Set(byPath.keys)
    guard names.contains("config.json") else { throw Self.refusal(names, reference) }
    if names.contains("model.safetensors") {
      weights = .single("model.safetensors")
    } else if names.contains(ShardIndex.fileName) {
      weights = .sharded(index: ShardIndex.fileName)
    } else if names.contains("pytorch_model.bin") {
      weights = .pytorch(single: "pytorch_model.bin", index: nil)
    } else if names.contains(Self.pytorchIndex) {
      weights = .pytorch(single: nil, index: Self.pytorchIndex)
    } else {
      throw Self.refusal(names, reference)
    }
    description = files.filter { file in
      Self.names.contains(file.path) || file.path.hasPrefix("LICENSE") && !file.path.contains("/")
        || file.path.hasPrefix("additional_chat_templates/") && file.path.hasSuffix(".jinja")
    }
  }

  /// The files downloaded before the weights: `description` and the index of shards.
  var first: [RemoteFile] { description + index }

  /// The index of shards; empty if there is a single file.
  private var index: [RemoteFile] {
    switch weights {
    case .single, .pytorch(_, nil): []
    case .sharded(let index), .pytorch(_, let index?): byPath[index].map { [$0] } ?? []
    }
  }

  /// The files of weights as guessed from their names, for use before the index has been read.
  var expectedWeights: [RemoteFile] {
    switch weights {
    case .single(let name), .pytorch(let name?, _): byPath[name].map { [$0] } ?? []
    case .sharded: shards("model-", ".safetensors")
    case .pytorch: shards("pytorch_model-", ".bin")
    }
  }

  private func shards(_ prefix: String, _ suffix: String) -> [RemoteFile] {
    byPath.values.filter {
      $0.path.hasPrefix(prefix) && $0.path.hasSuffix(suffix) && !$0.path.contains("/")
    }.sorted { $0.path < $1.path }
  }

  /// The files of weights, according to the index in a snapshot if they are sharded.
  ///
  /// - Throws: `SPINError` if the index names a shard that the repository does not have.
  func weightFiles(in snapshot: String, of reference: HubReference) throws -> [RemoteFile] {
    let path: String
    switch weights {
    case .single, .pytorch(_, nil): return expectedWeights
    case .sharded(let index), .pytorch(_, let index?): path = "\(snapshot)/\(index)"
    }
    return try ShardIndex(path: path).shardNames.map { name in
      guard let file = byPath[name] else {
        throw SPINError(
          .malformedInput, at: "\(reference): \(FileSystem.name(of: path))",
          "names the shard \"\(name)\", which the repository does not have",
          remedy: "use another revision")
      }
      return file
    }
  }

  /// The error for a repository that cannot be used, according to the files in it.
  private static func refusal(_ names: Set<String>, _ reference: HubReference) -> SPINError {
    func first(_ endings: String...) -> String? {
      names.filter { name in endings.contains { name.hasSuffix($0) } }.sorted().first
    }
    func refuse(_ message: String, _ remedy: String) -> SPINError {
      SPINError(.malformedInput, at: "\(reference)", message, remedy: remedy)
    }
    if let name = first(".gguf") {
      return refuse(
        "holds only GGUF weights (\(name))",
        "use the repository that they were made from, or download that file and convert it with "
          + "spin model import")
    }
    if names.contains("adapter_config.json") {
      return refuse("holds an adapter, not a model", "give the repository of its base model")
    }
    if let name = first(".h5", ".msgpack", ".npz", ".onnx", ".pth", ".ckpt", ".bin") {
      return refuse("holds no safetensors, only \(name)", "use a repository with safetensors")
    }
    guard names.contains("config.json") else {
      return refuse(
        "holds no config.json, so that it is no model of transformers", "check the name")
    }
    return refuse(
      "holds no weights: no model.safetensors and no index of shards",
      "use a repository with safetensors")
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINJSON
import SPINPyTorch
import SPINStorage

/// Which tensors of PyTorch files go into the checkpoint.
struct TensorSelection {
  private(set) var tensors: [(tensor: StoredTensor, file: PyTorchFile)] = []
  private var names: [String: String] = [:]
  private var dropped: [String] = []
  private var tied: [String] = []
  private let tiesWordEmbeddings: Bool
  private let directory: String

  init(directory: String) {
    self.directory = directory
    let path = directory + "/config.json"
    let config = (try? JSON(parsing: try FileSystem.read(path), path: path))?.object
    tiesWordEmbeddings = config?["tie_word_embeddings"].flatMap { Bool(json: $0) } ?? false
  }

  /// Adds a tensor, unless it is one that the model computes anyway.
  mutating func add(_ tensor: StoredTensor, of file: PyTorchFile) throws {
    if let other = names.updateValue(file.path, forKey: tensor.name) {
      throw SPINError(
        .malformedInput, at: file.path,
        "holds the tensor \"\(tensor.name)\", which \(other) holds too",
        remedy: "keep the shards of one checkpoint only")
    }
    // A buffer of transformers before 4.32, made from config.json since.
    if tensor.name.hasSuffix("rotary_emb.inv_freq") {
      dropped.append(tensor.name)
      return
    }
    if tiesWordEmbeddings, tensor.name == TensorName.head,
      tensors.contains(where: { $0.file.path == file.path && $0.tensor.isSameView(as: tensor) })
    {
      tied.append(tensor.name)
      return
    }
    tensors.append((tensor, file))
  }

  /// Checks that the files hold what the index says.
  func check(_ index: ShardIndex) throws {
    for (name, shard) in index.shards.sorted(by: { $0.key < $1.key }) {
      guard names[name] == directory + "/" + shard else {
        throw SPINError(
          .malformedInput, at: index.path,
          "says that \(shard) holds the tensor \"\(name)\", which it does not",
          remedy: "download the index and the shards again")
      }
    }
  }

  /// What was left out, as sentences.
  var notes: [String] {
    var notes: [String] = []
    if let first = dropped.first {
      notes.append(
        "left out, because config.json gives them: \"\(first)\""
          + (dropped.count > 1 ? " and \(dropped.count - 1) others of its kind" : ""))
    }
    if let first = tied.first {
      notes.append("\"\(first)\" is left out: it is the embedding, to which config.json ties it")
    }
    return notes
  }
}

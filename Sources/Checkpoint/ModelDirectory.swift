// SPDX-License-Identifier: Apache-2.0

import SPINErrors
package import SPINStorage

/// The weights of a Hugging Face checkpoint: a directory with one safetensors file or several
/// shards and their index.
///
/// Opening it reads and checks every header and maps the data, which are read from disk when they
/// are touched. Links are followed, as the snapshots of the Hugging Face cache need.
///
///     let model = try ModelDirectory(path: "Qwen2-0.5B")
///     let gate = try model.tensor("model.layers.0.mlp.gate_proj.weight")
public struct ModelDirectory: Sendable {
  /// The path of the directory.
  public let path: String
  /// The weight files by name, sorted.
  public let weightFileNames: [String]
  /// All tensors by name.
  public let tensors: [String: TensorEntry]
  /// Warnings about the checkpoint, as sentences.
  public let warnings: [String]
  /// Where the weights come from, when `spin model import` wrote them or they are in the Hugging Face cache.
  public let origin: ModelOrigin?
  /// The weight files, in the order of their names.
  package let files: [SafetensorsFile]
  /// What keeps other processes from editing the files, and notices those that do not ask.
  private let hold: ModelHold

  /// Opens a model directory, which other processes of spin do not edit as long as this or a copy of it exists.
  ///
  /// - Throws: `SPINError` with code `missingInput` where there is nothing to open, `malformedInput`
  ///   where a file breaks a rule of its format or is of a kind that is not read, `resumable` where
  ///   another process is editing the model, or such an edit was interrupted and waits to be finished.
  public init(path: String) throws {
    try self.init(path: path, duringEdit: false)
  }

  /// Opens a model directory.
  ///
  /// - Parameter duringEdit: Whether the caller has the directory alone and will finish an interrupted edit.
  package init(path: String, duringEdit: Bool) throws {
    guard let status = FileSystem.status(path) else {
      throw SPINError(.missingInput, at: path, "no such directory", remedy: "check the path")
    }
    guard status.kind == .directory else {
      if FileSignature(of: try MappedFile(path: path)) == .gguf,
        let refusal = FileSignature.gguf.refusal(at: path)
      {
        throw refusal
      }
      throw SPINError(
        .missingInput, at: path, "is a file, the directory of a model is expected",
        remedy: "give the folder that holds config.json")
    }
    self.path = path
    hold = try ModelHold(path)
    if !duringEdit { try EditJournal.refuse(in: path) }
    origin = try ModelOrigin.read(in: path) ?? ModelOrigin(hubFolder: path)
    let weights = try WeightFiles(in: path)
    files = try weights.names.map { try SafetensorsFile(path: path + "/" + $0) }
    hold.begin(files)
    weightFileNames = weights.names
    var tensors: [String: TensorEntry] = [:]
    for file in files {
      for entry in file.entries {
        if let other = tensors.updateValue(entry, forKey: entry.name) {
          throw SPINError(
            .malformedInput, at: file.path,
            "holds the tensor \"\(entry.name)\", which \(other.file.path) holds too",
            remedy: "keep the shards of one checkpoint only")
        }
      }
    }
    self.tensors = tensors
    warnings =
      weights.warnings
      + (try weights.index.map { try Self.check($0, tensors, path) } ?? [])
  }

  /// The same checkpoint with other mappings of its files.
  init(_ other: ModelDirectory, files: [SafetensorsFile]) throws {
    path = other.path
    weightFileNames = other.weightFileNames
    warnings = other.warnings
    origin = other.origin
    hold = other.hold
    self.files = files
    tensors = Dictionary(
      files.flatMap(\.entries).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Looks whether the weight files still are what they were when they were opened.
  ///
  /// It costs nothing where they are: size, number and times are compared, and digests only where these moved.
  ///
  /// - Throws: `SPINError` with code `inputOutput` where a file was changed or replaced since, so that what
  ///   was computed from it belongs to no version of the model.
  public func requireUnchanged() throws { try hold.requireUnchanged() }

  /// The digest of a weight file, computed once; see `fileHashes`.
  func hash(of name: String, shouldStop: () -> Bool) throws -> String {
    try hold.hash(name, shouldStop: shouldStop)
  }

  /// The lock that a process which edits the files has alone.
  package var lock: SharedDirectoryLock { hold.lock }

  /// Takes the weight files for what they are now, after an edit of our own.
  package func acceptEdit() { hold.accept() }

  /// Checks that shards hold what the index says; anything beyond it gives only a warning.
  private static func check(
    _ index: ShardIndex, _ tensors: [String: TensorEntry], _ directory: String
  ) throws -> [String] {
    let absent = absentTwin(index, tensors)
    for (name, shard) in index.shards.sorted(by: { $0.key < $1.key }) where name != absent {
      guard let entry = tensors[name], entry.file.path == directory + "/" + shard else {
        throw SPINError(
          .malformedInput, at: index.path,
          "says that \(shard) holds the tensor \"\(name)\", which it does not",
          remedy: "download the index and the shards again")
      }
    }
    var warnings: [String] = []
    if let absent {
      warnings.append(
        "\(index.path): lists the tensor \"\(absent)\", which no shard holds; one of a tied pair is "
          + "enough")
    }
    let unlisted = tensors.keys.filter { index.shards[$0] == nil }.sorted()
    if let first = unlisted.first {
      warnings.append(
        "\(index.path): does not list \(unlisted.count) of the tensors in its shards, such as "
          + "\"\(first)\"")
    }
    let total = tensors.values.reduce(0) { $0 + $1.byteRange.count }
    if let stated = index.totalByteCount, stated != total {
      warnings.append("\(index.path): gives a total size of \(stated), the shards hold \(total)")
    }
    return warnings
  }
}

/// Which files of a directory hold its weights.
struct WeightFiles {
  let names: [String]
  let index: ShardIndex?
  let warnings: [String]

  /// The single file wins over an index, as in transformers.
  init(in directory: String) throws {
    let names = try FileSystem.names(in: directory)
    let single = "model.safetensors"
    if names.contains(single) {
      self.names = [single]
      index = nil
      warnings =
        names.contains(ShardIndex.fileName)
        ? ["\(directory): holds \(single) and an index; the index is ignored, as in transformers"]
        : []
      return
    }
    guard names.contains(ShardIndex.fileName) else {
      throw Self.refusal(of: directory, names: names)
    }
    let index = try ShardIndex(path: directory + "/" + ShardIndex.fileName)
    for shard in index.shardNames where !names.contains(shard) {
      throw SPINError(
        .missingInput, at: index.path, "names the shard \"\(shard)\", which is not in the folder",
        remedy: "download the missing shard")
    }
    self.names = index.shardNames
    self.index = index
    warnings = []
  }

  /// Why a directory without weights that we read is refused, by what it contains.
  private static func refusal(of directory: String, names: [String]) -> SPINError {
    func first(_ endings: String...) -> String? {
      names.first { name in endings.contains { name.hasSuffix($0) } }
    }
    func refuse(_ message: String, _ remedy: String) -> SPINError {
      SPINError(.malformedInput, at: directory, message, remedy: remedy)
    }
    if names.contains("snapshots"), names.contains("blobs") {
      let commit = (try? FileSystem.names(in: directory + "/snapshots"))?.first ?? "<commit>"
      return refuse(
        "is an entry of the Hugging Face cache, the model is further down",
        "give \(directory)/snapshots/\(commit)")
    }
    if let name = first(".gguf") {
      return refuse(
        "holds only GGUF weights (\(name))",
        "convert them: \(ImportAdvice.command(for: directory + "/" + name))")
    }
    if names.contains("adapter_model.safetensors") || names.contains("adapter_config.json") {
      return refuse(
        "holds an adapter, not a model", "merge it into its base model and use the result")
    }
    if let name = names.first(where: { $0.hasPrefix("pytorch_model") && $0.contains(".bin") }) {
      return refuse(
        "holds only PyTorch weights (\(name)), which are not read in place",
        "convert them: \(ImportAdvice.command(for: directory))")
    }
    if let name = first(".bin", ".pth", ".pt", ".ckpt") {
      return refuse(
        "holds only PyTorch weights (\(name)), which are programs and are never run here",
        "use a checkpoint in safetensors")
    }
    if let name = first(".h5", ".msgpack", ".npz", ".onnx") {
      return refuse(
        "holds no safetensors, only \(name)", "use a checkpoint in safetensors")
    }
    if let name = first(".safetensors") {
      return refuse(
        "holds \(name), but neither model.safetensors nor \(ShardIndex.fileName)",
        "download the index, or rename the file if it holds the whole model")
    }
    return SPINError(
      .missingInput, at: directory, "holds no weights: no model.safetensors and no index",
      remedy: "give the folder of a Hugging Face checkpoint")
  }
}

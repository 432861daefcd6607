// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINErrors
import SPINGGUF
public import SPINStorage

/// The conversion of a GGUF file, or of a folder of PyTorch weights, to a checkpoint in safetensors.
///
/// Making one reads all headers and refuses what cannot be carried over; writing streams tensor by
/// tensor, and the folder appears whole or not at all. Equal inputs give equal bytes.
///
///     let job = try ModelImport(source: "SmolLM2.Q4_1.gguf", elementType: .bfloat16)
///     print(job.plan.shardCount)
///     try job.write(to: "SmolLM2")
public struct ModelImport {
  /// What will be written.
  public struct Plan: Sendable, Equatable {
    /// "GGUF" or "PyTorch".
    public let format: String
    /// How the weights of the source are stored, as "Q4_1 210, F32 61, Q8_0 1".
    public let encodings: String
    /// The element type of the checkpoint, nil where each tensor keeps its own.
    public let elementType: ElementType?
    /// The number of tensors.
    public let tensorCount: Int
    /// The number of weights.
    public let weightCount: Int
    /// The bytes of all tensors.
    public let byteCount: Int
    /// The number of weight files.
    public let shardCount: Int
    /// What is left out or assumed, as sentences.
    public let notes: [String]
  }

  /// The largest shard in bytes by default, as in `save_pretrained`.
  public static let defaultShardByteCount = 5_000_000_000

  /// The path of the source.
  public let source: String
  /// What will be written.
  public let plan: Plan
  private let checkpoint: any ImportableCheckpoint
  private let tensors: [ImportedTensor]
  private let maximumShardByteCount: Int

  /// Reads and checks a source.
  ///
  /// - Parameters:
  ///   - source: A GGUF file, or a folder with `pytorch_model.bin` or its shards.
  ///   - elementType: The element type of the checkpoint; nil for bfloat16 from GGUF and for what is
  ///     stored from PyTorch.
  ///   - maximumShardByteCount: The largest weight file.
  /// - Throws: `SPINError` that names what cannot be carried over.
  public init(
    source: String, elementType: ElementType? = nil,
    maximumShardByteCount: Int = ModelImport.defaultShardByteCount
  ) throws {
    guard let status = FileSystem.status(source) else {
      throw SPINError(.missingInput, at: source, "no such file or folder", remedy: "check the path")
    }
    let checkpoint: any ImportableCheckpoint =
      status.kind == .directory
      ? try PyTorchCheckpoint(directory: source, elementType: elementType)
      : try Self.singleFile(source, elementType)
    let tensors = checkpoint.tensors
    let writer = CheckpointWriter(
      tensors: tensors, maximumShardByteCount: maximumShardByteCount, threadCount: 1,
      source: source)
    self.source = source
    self.checkpoint = checkpoint
    self.tensors = tensors
    self.maximumShardByteCount = maximumShardByteCount
    plan = Plan(
      format: checkpoint.format, encodings: checkpoint.encodings,
      elementType: checkpoint.elementType, tensorCount: tensors.count,
      weightCount: tensors.reduce(0) { $0 + $1.rowCount * $1.columnCount },
      byteCount: tensors.reduce(0) { $0 + $1.byteCount }, shardCount: writer.shards.count,
      notes: checkpoint.notes)
  }

  private static func singleFile(
    _ source: String, _ elementType: ElementType?
  ) throws -> any ImportableCheckpoint {
    if FileSignature(of: try MappedFile(path: source)) == .zip {
      throw SPINError(
        .usage, at: source, "is one PyTorch file, which says nothing of the model around it",
        remedy: "give its folder, with config.json: \(FileSystem.parent(of: source))")
    }
    return try GGUFCheckpoint(path: source, elementType: elementType ?? .bfloat16)
  }

  /// Writes the checkpoint.
  ///
  /// - Parameters:
  ///   - directory: A folder that does not exist yet, or is empty.
  ///   - threadCount: The threads that convert.
  ///   - shouldStop: Checked between pieces.
  ///   - report: Called with the bytes written so far.
  /// - Returns: The record that was written next to the weights.
  /// - Throws: `SPINError` with code `interrupted` where it was stopped, `cannotCreate` where the
  ///   folder exists or the disk is too small; nothing is left then.
  @discardableResult
  public func write(
    to directory: String, threadCount: Int = 1, shouldStop: () -> Bool = { false },
    report: (_ byteCount: Int) -> Void = { _ in }
  ) throws -> ModelOrigin {
    let parent = FileSystem.parent(of: directory)
    if FileSystem.status(parent)?.kind == .directory {
      let free = try FileSystem.freeByteCount(at: parent)
      guard plan.byteCount < free else {
        throw SPINError(
          .cannotCreate, at: directory,
          "takes \(plan.byteCount) bytes, the disk has \(free) free", remedy: "free disk space")
      }
    }
    func stopIfWished() throws {
      guard shouldStop() else { return }
      throw SPINError.stopped(at: directory)
    }
    let output = try OutputDirectory(path: directory)
    var origin: ModelOrigin?
    try output.fill {
      origin = try checkpoint.writeDocuments(to: output.temporaryPath, stopping: stopIfWished)
      var done = 0
      try CheckpointWriter(
        tensors: tensors, maximumShardByteCount: maximumShardByteCount,
        threadCount: max(1, threadCount), source: source
      ).write(to: output.temporaryPath) { count in
        done += count
        report(done)
        try stopIfWished()
      }
    }
    guard let origin else { preconditionFailure("filled without a record") }
    return origin
  }
}

/// A source of a checkpoint, read and checked.
protocol ImportableCheckpoint {
  /// "GGUF" or "PyTorch".
  var format: String { get }
  /// How weights are stored, by count.
  var encodings: String { get }
  /// The element type that all tensors get, nil where each keeps its own.
  var elementType: ElementType? { get }
  /// What is left out or assumed.
  var notes: [String] { get }
  /// The tensors in the order of the model.
  var tensors: [ImportedTensor] { get }
  /// Writes all files besides weights.
  func writeDocuments(to directory: String, stopping: () throws -> Void) throws -> ModelOrigin
}

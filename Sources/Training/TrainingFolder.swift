// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
public import SPINJSON
package import SPINStorage

/// The folder that a training run writes to: its result, `training.json` next to it, and `.training`
/// with what an interrupted run resumes from, which is removed at the end.
public struct TrainingFolder: Sendable {
  /// The path of the folder.
  public let path: String
  /// What is trained: "full", "lora" ...
  public let method: String
  /// Everything that decides the result, as `training.json` records it.
  public let identity: JSONObject
  /// The version of the program, for the record.
  public let toolVersion: String

  /// The record next to the result.
  public static let recordName = "training.json"
  private static let schema = "training/1"

  /// A folder for a run.
  public init(path: String, method: String, identity: JSONObject, toolVersion: String) {
    self.path = path
    self.method = method
    self.identity = identity
    self.toolVersion = toolVersion
  }

  /// What an unfinished run keeps.
  public var workspace: String { "\(path)/\(Self.workspaceName)" }
  private static let workspaceName = ".training"
  /// What was trained how.
  public var record: String { path + "/" + Self.recordName }

  /// One digest of everything that decides the result.
  public var digest: String {
    let text = JSON.object(["method": .string(method), "identity": .object(identity)])
    return FileDigest.sha256(Array(text.serialized(indented: false).utf8))
  }

  /// Whether the folder holds the finished result of this very run.
  public func isComplete() throws -> Bool {
    guard FileSystem.status(record) != nil, FileSystem.status(workspace) == nil else {
      return false
    }
    return try isOfThisRun() && OutputFolder.missing(in: path, of: "train").isEmpty
  }

  private func isOfThisRun() throws -> Bool {
    let json = try JSON(parsing: FileSystem.read(record), path: record)
    return json.object?["identity_sha256"] == .string(digest)
  }

  /// Refuses a folder that the run would refuse; for plans, which write nothing.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` if the folder holds something else, or cannot be made.
  package func requireUsable(restart: Bool) throws {
    try OutputFolder.requireFree(.init(), in: path, of: "train")
    guard try OutputFolder.isOwn(path, of: "train") else { throw foreign }
    if !restart { try requireSameRun() }
  }

  private var foreign: SPINError {
    SPINError(
      .cannotCreate, at: path, "exists and is not the folder of a training run",
      remedy: "choose another \(setting: .directory)")
  }

  /// Makes the folder, or sees to it that nothing else lies there, and opens it for writing.
  ///
  /// - Parameters:
  ///   - restart: Whether to discard what a training run left there, finished or not.
  ///   - inputs: Folders that are read.
  /// - Throws: `SPINError` with code `cannotCreate` where the folder holds something else.
  package func open(restart: Bool, apartFrom inputs: [String] = []) throws -> OutputFolder {
    let output = try OutputFolder(path, of: "train", apartFrom: inputs)
    do {
      try prepare(output, restart: restart)
    } catch {
      output.close()
      throw error
    }
    return output
  }

  /// Removes what a killed run may have left next to a finished result.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` where the result was changed since.
  public func tidy() throws {
    let output = try OutputFolder(path, of: "train")
    defer { output.close() }
    try output.begin(restart: false)
  }

  private func prepare(_ output: OutputFolder, restart: Bool) throws {
    // Within a comparison's folder, entries that others added are no reason to refuse.
    guard try output.isOwn || output.isPart else { throw foreign }
    try output.begin(restart: restart)
    if !restart { try requireSameRun() }
    try FileSystem.ensureDirectory(workspace)
  }

  private func requireSameRun() throws {
    guard FileSystem.status(record) != nil, FileSystem.status(workspace) == nil else { return }
    // A result of this run from which a file was removed is made again.
    guard try !isOfThisRun() else { return }
    let before = try JSON(parsing: FileSystem.read(record), path: record).object?["identity"]
    let differences = before?.differences(from: .object(identity)) ?? []
    let names = differences.prefix(5).map(\.text).joined(separator: "; ")
    throw SPINError(
      .cannotCreate, at: path,
      "holds the result of another training run\(names.isEmpty ? "" : ": \(names)")",
      remedy: "choose another \(setting: .directory), or give \(enabling: .restart) to replace it")
  }

  /// Trains, writes the result and its record, and leaves nothing else behind.
  ///
  /// - Parameters:
  ///   - trainer: What is to be done.
  ///   - output: The folder, open for writing.
  ///   - circumstances: Asked at the end what it took.
  ///   - shouldStop: As in `Trainer.run`.
  ///   - report: Called with each progress event.
  ///   - writeResult: Writes the model or adapter into the folder.
  package func run(
    _ trainer: Trainer, in output: OutputFolder, circumstances: () -> JSON,
    shouldStop: () -> Bool = { false },
    report: (TrainingEvent) -> Void = { _ in },
    writeResult: (_ folder: String, _ history: TrainingHistory) throws -> Void
  ) throws -> TrainingHistory {
    let history = try trainer.run(
      in: workspace, identity: digest, shouldStop: shouldStop, report: report
    ) { history in
      try writeResult(path, history)
      let json: JSON = [
        "schema": .string(Self.schema), "tool_version": .string(toolVersion),
        "method": .string(method),
        "identity_sha256": .string(digest), "identity": .object(identity),
        "history": history.json, "circumstances": circumstances(),
      ]
      try OutputFile.write(Array(json.serialized().utf8), to: record)
    }
    try output.discard(Self.workspaceName)
    return history
  }
}

extension TrainingOptions {
  /// What decides the result, under the names of `TrainingArguments`.
  public var json: JSONObject {
    [
      "learning_rate": .number(learningRate), "num_train_epochs": .number(epochCount),
      "max_steps": maxSteps.map { JSON($0) } ?? .null,
      "per_device_train_batch_size": JSON(batchSize),
      "gradient_accumulation_steps": JSON(accumulationSteps),
      "weight_decay": .number(weightDecay), "adam_beta1": .number(beta1),
      "adam_beta2": .number(beta2), "adam_epsilon": .number(epsilon),
      "max_grad_norm": .number(maxGradientNorm), "lr_scheduler_type": .string(schedule.rawValue),
      "warmup_steps": JSON(warmupSteps), "warmup_ratio": .number(warmupRatio),
      "seed": .string("\(seed)"), "eval_split": .number(evaluationSplit),
      "eval_steps": evaluationSteps.map { JSON($0) } ?? .null,
      "early_stopping_patience": earlyStoppingPatience.map { JSON($0) } ?? .null,
      "logging_steps": JSON(loggingSteps),
    ]
  }
}

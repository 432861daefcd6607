// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
import SPINKernels
import SPINStorage

/// A method of training whose inputs were read and found good: ready to run.
///
/// What methods have in common is here: the folder with its identity, the loop, the record. A method says
/// what it trains, what it will take, and how its result is written.
///
///     let job = try LoReFTTrainingJob("Qwen2-0.5B", .init(rank: 4), TrainingRequest(data: ["train.csv"]))
///     let history = try job.run(into: "adapter")
public protocol TrainingJob: Sendable {
  /// What the loop changes.
  associatedtype Trained: TrainableModel

  /// "full", "lora", "dora" or "loreft".
  var method: String { get }
  /// What was asked for.
  var request: TrainingRequest { get }
  /// The samples.
  var data: TrainingData { get }
  /// What the run will take.
  var estimate: TrainingEstimate { get }
  /// What is odd about the model without being wrong, as sentences.
  var warnings: [String] { get }
  /// What decides the result besides program, data and arguments.
  var subject: JSONObject { get }

  /// Folders that the result may not share with: the model's.
  var inputFolders: [String] { get }

  /// What is trained, at its beginning.
  func begin() throws -> Trained
  /// Writes what was trained into the folder of the run.
  func write(_ trained: Trained, to folder: String) throws
}

/// What a training run will take, known before any work is done.
public struct TrainingEstimate: Sendable, Hashable {
  /// Numbers that are trained.
  public var parameterCount: Int
  /// Tokens that go through a block together.
  public var batchTokens: Int
  /// Bytes of memory that the run stays below; of LoReFT, besides the mapped weights.
  public var memoryBytes: Int
  /// Bytes of scratch file for AdamW's moments; 0 where they are in memory.
  public var scratchBytes = 0
  /// Whether gradients are computed twice, for the norm and for the update.
  public var computesGradientsTwice = false
  /// Whether some blocks compute on the way back what memory could not keep.
  public var computesStatesTwice = false
}

extension TrainingJob {
  /// Optimizer steps of the run.
  public var stepCount: Int { data.order.stepCount }

  /// The folder of a run, with everything that decides its result.
  public func folder(_ path: String) -> TrainingFolder {
    var identity: JSONObject = [
      "tool": .string(SPINVersion.tool), "arithmetic": .string(request.execution.arithmetic.name),
    ]
    for (key, value) in subject.members { identity[key] = value }
    identity["data"] = data.json(request)
    identity["arguments"] = .object(request.options.json)
    return TrainingFolder(
      path: path, method: method, identity: identity, toolVersion: SPINVersion.current)
  }

  /// Trains, and writes the result with `training.json` beside it.
  ///
  /// - Parameters:
  ///   - path: The folder; one that holds something else is refused.
  ///   - restart: Whether to discard what a training run left there.
  ///   - shouldStop: Asked after each step and before each batch of samples held back; true ends the
  ///     run with an error of code `interrupted`, and the same call later goes on from there.
  ///   - report: Told of progress.
  /// - Throws: `SPINError` where the folder is taken, the disk is full, a loss is not finite, or the
  ///   run was stopped.
  @discardableResult
  public func run(
    into path: String, restart: Bool = false, shouldStop: () -> Bool = { false },
    report: (TrainingEvent) -> Void = { _ in }
  ) throws -> TrainingHistory {
    let folder = folder(path)
    let output = try folder.open(restart: restart, apartFrom: inputFolders)
    defer { output.close() }
    let clock = ContinuousClock()
    let start = clock.now
    let trained = try begin()
    let trainer = try Trainer(
      trained, samples: data.samples, options: request.options,
      on: request.execution, batchTokens: estimate.batchTokens,
      momentsDirectory: estimate.scratchBytes > 0
        ? request.execution.scratchDirectory ?? folder.workspace : nil)
    return try folder.run(
      trainer, in: output,
      circumstances: {
        [
          "seconds": .number((clock.now - start) / .seconds(1)),
          "threads": JSON(request.execution.device.threads),
          "max_memory": JSON(request.execution.maxMemory),
          "peak_resident_bytes": Machine.peakResidentBytes.map { JSON($0) } ?? .null,
        ]
      }, shouldStop: shouldStop, report: report,
      writeResult: { folder, _ in try write(trained, to: folder) })
  }

  /// Trains unless the folder holds the result of this very run.
  func runUnlessDone(
    in path: String, shouldStop: () -> Bool, report: (TrainingEvent) -> Void
  ) throws {
    guard try !folder(path).isComplete() else { return try folder(path).tidy() }
    try run(into: path, shouldStop: shouldStop, report: report)
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
import SPINKernels
import SPINStorage

/// A method of training whose inputs were read and checked: ready to run.
///
/// The parts that all methods share are here: the folder with its identity, the loop and the record. A method states
/// what it trains, what that costs, and how its result is written.
///
///     let job = try LoReFTTrainingJob(
///       model: "Qwen2-0.5B", .init(rank: 4), TrainingRequest(data: ["train.csv"]))
///     let history = try job.run(into: "adapter")
public protocol TrainingJob: Sendable {
  /// The model that the loop updates.
  associatedtype Trained: TrainableModel

  /// "full", "lora", "dora" or "loreft".
  var method: String { get }
  /// The request.
  var request: TrainingRequest { get }
  /// The training and validation samples.
  var data: TrainingData { get }
  /// What the run will take.
  var estimate: TrainingEstimate { get }
  /// Warnings about the model, as sentences.
  var warnings: [String] { get }
  /// What decides the result besides program, data and arguments.
  var subject: JSONObject { get }

  /// Input folders, such as the model's, that the result must be separate from.
  var inputFolders: [String] { get }

  /// What is trained, at its beginning.
  func begin() throws -> Trained
  /// Writes what was trained into the folder of the run.
  func write(_ trained: Trained, to folder: String) throws
}

/// The cost of a training run, known before any work is done.
public struct TrainingEstimate: Sendable, Hashable {
  /// The number of trained parameters.
  public var parameterCount: Int
  /// The number of tokens that a block processes together.
  public var batchTokens: Int
  /// The memory budget of the run in bytes; for LoReFT, without the mapped weights.
  public var memoryBytes: Int
  /// Bytes of scratch file for AdamW's moments; 0 where they are in memory.
  public var scratchBytes = 0
  /// Whether gradients are computed twice, for the norm and for the update.
  public var computesGradientsTwice = false
  /// Whether some blocks recompute in the backward pass what memory could not hold.
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

  /// Trains, and writes the result with `training.json` next to it.
  ///
  /// - Parameters:
  ///   - path: The folder; one that holds something else is refused.
  ///   - restart: Whether to discard what a training run left there.
  ///   - shouldStop: Checked after each step and before each batch of the validation set; true ends the
  ///     run with an error of code `interrupted`, and the same call later resumes from there.
  ///   - report: Called with each progress event.
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

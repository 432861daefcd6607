// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// The whole job: scores, selection, patch, and if wanted the patched checkpoint.
///
///     let job = try ScoringJob(ScoringRequest(model: "Qwen2-0.5B", data: files))
///     let run = PipelineRun(job: job, selection: Selection(), savesModel: true)
///     let result = try run.run(into: RunDirectory(path: "run"))
///
/// Each step's output is whole or absent; a run that was interrupted goes on where it stopped, and
/// one that is done is done again in no time.
public struct PipelineRun: Sendable {
  /// The scoring.
  public let job: ScoringJob
  /// Which weights to take.
  public let selection: Selection
  /// Whether to write a patched copy of the checkpoint.
  public let savesModel: Bool
  /// The command line, for the record.
  public let arguments: [String]

  /// What a run came to.
  public struct Result: Sendable {
    /// The selected weights.
    public let coupledSet: CoupledSet
    /// The edit.
    public let patch: Patch
    /// The mean loss of each sample of each data set in nats; empty where scores were there before.
    public let losses: [String: [Double]]
  }

  /// Describes a run.
  public init(
    job: ScoringJob, selection: Selection, savesModel: Bool = false, arguments: [String] = []
  ) {
    self.job = job
    self.selection = selection
    self.savesModel = savesModel
    self.arguments = arguments
  }

  /// Does what is left to do.
  ///
  /// - Parameters:
  ///   - directory: The folder of the results.
  ///   - restart: Whether to discard what an earlier run left there.
  ///   - shouldStop: Asked between steps of the scoring.
  ///   - report: Told of the progress of the scoring.
  /// - Throws: `SPINError` as the steps do; code `interrupted` where the run was stopped.
  public func run(
    into directory: RunDirectory, restart: Bool = false,
    shouldStop: @escaping () -> Bool = { false },
    report: @escaping (ScoringEvent) -> Void = { _ in }
  ) throws -> Result {
    try selection.validate()
    let clock = ContinuousClock()
    let start = clock.now
    let previous = try restart ? nil : RunManifest.losses(at: directory.manifest)
    if restart, FileSystem.status(directory.model) != nil {
      try FileSystem.removeTree(directory.model)
    }
    var losses = previous ?? [:]
    if try restart || !job.scorer.isComplete(at: directory.scores) {
      losses = try job.scorer.run(
        into: directory.scores, restart: restart, shouldStop: shouldStop, report: report)
    }
    let set = try CoupledSet(selection, scores: directory.scores, modelFiles: job.modelFiles)
    try set.write(to: directory.selection, tool: SPINVersion.tool)
    let patch = try Patch.make(
      model: job.directory, weights: set.weights, scale: selection.scale,
      provenance: set.provenance, toolVersion: SPINVersion.current, fileHashes: job.modelFiles)
    try patch.write(to: directory.patch)
    if savesModel { try save(patch, to: directory) }
    let manifest = RunManifest(
      run: self, directory: directory, coupledSet: set, patch: patch, losses: losses,
      seconds: (clock.now - start) / .seconds(1))
    try manifest.write()
    return Result(coupledSet: set, patch: patch, losses: losses)
  }

  /// Writes the patched copy, unless this very one is there already.
  private func save(_ patch: Patch, to directory: RunDirectory) throws {
    if FileSystem.status(directory.model) != nil {
      let saved = try ModelDirectory(path: directory.model)
      if try patch.verify(saved, hashing: false).state == .patched { return }
      throw SPINError(
        .cannotCreate, at: directory.model, "exists and is not this model with this patch",
        remedy: "choose another --out, or give --restart to replace it")
    }
    _ = try patch.apply(to: job.directory, out: directory.model)
  }
}

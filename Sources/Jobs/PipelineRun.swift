// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// The whole job: scores, selection, patch and, optionally, the patched checkpoint.
///
///     let job = try ScoringJob(ScoringRequest(model: "Qwen2-0.5B", data: files))
///     let run = PipelineRun(job: job, selection: Selection(), savesModel: true)
///     let result = try run.run(into: RunDirectory(path: "run"))
///
/// Each step's output is whole or absent; an interrupted run resumes where it stopped, and
/// repeating a finished run computes nothing.
public struct PipelineRun: Sendable {
  /// The scoring that the run begins with.
  public let job: ScoringJob
  /// Which weights to select.
  public let selection: Selection
  /// How many times to score and select, each time on the model as suppressed so far.
  public let roundCount: Int
  /// Whether to write a patched copy of the checkpoint.
  public let savesModel: Bool
  /// Whether that copy includes other copies of the weights, which are not edited.
  public let keepsOtherCopies: Bool
  /// Whether an empty selection is accepted; otherwise it is an error, before anything is measured.
  public let allowsEmpty: Bool
  /// The command line, for the record.
  public let arguments: [String]

  /// The result of a run.
  public struct Result: Sendable {
    /// The rounds in order; at least one.
    public let rounds: [SuppressionRound]
    /// The weights that the first round selected.
    public let coupledSet: CoupledSet
    /// The patch of all rounds together.
    public let patch: Patch
    /// What was measured of each round, in order; empty where nothing was requested.
    public let evaluations: [EvaluationComparison]
    /// The report that was written.
    public let report: Report
    /// What was copied of the model, nil where no copy was written by this call.
    public let copy: CopyReceipt?
  }

  /// Describes a run; nothing is computed yet.
  ///
  /// - Precondition: `roundCount` is at least 1.
  public init(
    job: ScoringJob, selection: Selection, roundCount: Int = 1, savesModel: Bool = false,
    keepsOtherCopies: Bool = false, allowsEmpty: Bool = false, arguments: [String] = []
  ) {
    precondition(roundCount >= 1, "roundCount must be at least 1")
    self.job = job
    self.selection = selection
    self.roundCount = roundCount
    self.savesModel = savesModel
    self.keepsOtherCopies = keepsOtherCopies
    self.allowsEmpty = allowsEmpty
    self.arguments = arguments
  }

  /// Runs the job, or what is left of it.
  ///
  /// - Parameters:
  ///   - directory: The folder of the results.
  ///   - restart: Whether to discard what an earlier run left there.
  ///   - evaluation: What to measure before and after the edit, of `job.model`; nil for nothing.
  ///   - shouldStop: Checked between steps.
  ///   - report: Called with the progress of the scoring.
  ///   - onScored: Called when scores and patch exist, before anything is measured.
  ///   - reportEvaluation: Called with the progress of the measures.
  /// - Throws: `SPINError` as the steps do; code `interrupted` where the run was stopped.
  public func run(
    into directory: RunDirectory, restart: Bool = false, evaluation: ModelEvaluation? = nil,
    shouldStop: @escaping () -> Bool = { false },
    report: @escaping (ScoringEvent) -> Void = { _ in }, onScored: () -> Void = {},
    reportEvaluation: @escaping (MeasureProgress) -> Void = { _ in }
  ) throws -> Result {
    try selection.validate()
    let clock = ContinuousClock()
    let start = clock.now
    if !restart { try requireSameRequest(in: directory, evaluation: evaluation) }
    if directory.ownsScores {
      try OutputFile.requireNoLink(directory.scores.path)
    } else {
      try job.requireScores(at: directory.scores)
    }
    let folder = try OutputFolder(
      directory.path, of: "run", apartFrom: [job.directory.path])
    defer { folder.close() }
    try folder.requireFree(contents(directory, evaluation))
    // The scores are the scoring's own to discard.
    try folder.begin(restart: restart, keeping: "scores")
    if restart, savesModel, FileSystem.status(directory.model, following: false) != nil {
      // The remaining files were put or changed there by others.
      try folder.keepAside("model")
    }
    if !restart, directory.ownsScores { try job.scorer.requireVacant(directory.scores) }
    try RequestRecord(self, evaluation: evaluation).write(to: directory.path)
    let rounds = try SuppressionRounds(
      run: self, directory: directory, restart: restart, shouldStop: shouldStop, report: report
    ).all()
    guard let first = rounds.first, let last = rounds.last else {
      preconditionFailure("a run has at least one round")
    }
    if !allowsEmpty { try EmptySelection(first.coupledSet, scores: directory.scores).refuse() }
    try last.patch.write(to: directory.patch)
    try RunData(run: self, evaluation: evaluation).write(to: directory.data)
    onScored()
    let copy = savesModel ? try save(last.patch, to: directory, folder, shouldStop) : nil
    let evaluations =
      try evaluation.map {
        try RunEvaluation(
          evaluation: $0, directory: directory, shouldStop: shouldStop, report: reportEvaluation
        ).all(rounds)
      } ?? []
    let manifest = RunManifest(
      run: self, directory: directory, rounds: rounds, evaluation: evaluation,
      evaluations: evaluations, seconds: (clock.now - start) / .seconds(1))
    try manifest.write()
    return Result(
      rounds: rounds, coupledSet: first.coupledSet, patch: last.patch, evaluations: evaluations,
      report: try writeReport(directory), copy: copy)
  }

  /// Refuses a folder with files of others where this run writes; for plans, which write nothing.
  ///
  /// - Parameter outer: The folder of the command that the run is a part of.
  /// - Throws: `SPINError` with code `cannotCreate` that names them.
  package func requireVacant(
    _ directory: RunDirectory, evaluation: ModelEvaluation?,
    within outer: (path: String, command: String)? = nil
  ) throws {
    try OutputFolder.requireFree(
      contents(directory, evaluation), in: directory.path, of: "run", within: outer)
  }

  private func contents(
    _ directory: RunDirectory, _ evaluation: ModelEvaluation?
  ) -> OutputFolder.Contents {
    let folders = ["evaluation"] + (1..<max(roundCount, 1)).map { "rounds/\($0)/evaluation" }
    let measured = evaluation?.contents() ?? .init()
    return folders.map(measured.inside).reduce(
      .init(
        files: directory.fileNames, folders: ["rounds"], wholeFolders: savesModel ? ["model"] : []),
      +)
  }

  /// Refuses a folder that holds the results of another request; nothing there is changed.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` that names every option that differs, and what remains
  ///   usable.
  public func requireSameRequest(
    in directory: RunDirectory, evaluation: ModelEvaluation?
  ) throws {
    try RequestRecord(self, evaluation: evaluation)
      .require(in: directory.path, scores: directory.scores.path)
  }

  /// Writes the report, and the card of a saved model.
  private func writeReport(_ directory: RunDirectory) throws -> Report {
    let source = Report.Source(path: directory.path, scores: directory.scores.path)
    let report = try Report(of: [source])
    try report.write(to: directory)
    guard savesModel else { return report }
    // What `spin report --model-card` was given about the base model is retained.
    let given = try ModelCard.given(in: directory.model)
    try ModelCard(
      of: directory.path, baseModel: given.baseModel ?? job.directory.name, dataSets: given.dataSets
    ).write(to: directory.model, isRecorded: true)
    try OtherCopiesNotice.add(to: directory.model)
    return report
  }

  /// Writes the patched copy, unless this very one is there already.
  private func save(
    _ patch: Patch, to directory: RunDirectory, _ folder: OutputFolder, _ shouldStop: () -> Bool
  ) throws -> CopyReceipt? {
    // An incomplete copy is written again.
    if !folder.isWhole("model") { try folder.discard("model") }
    if FileSystem.status(directory.model) != nil {
      let saved = try ModelDirectory(path: directory.model)
      if try holds(patch, saved) { return nil }
      throw SPINError(
        .cannotCreate, at: directory.model, "exists and is not this model with this patch",
        remedy:
          "choose another \(setting: .directory), or give \(enabling: .restart) to replace it")
    }
    return try patch.apply(
      to: job.directory, out: directory.model, keepsOtherCopies: keepsOtherCopies,
      shouldStop: shouldStop
    ).copy
  }

  /// Whether a checkpoint is the model with a patch.
  ///
  /// A patch that changes no bit leaves the model unchanged.
  private func holds(_ patch: Patch, _ saved: ModelDirectory) throws -> Bool {
    guard patch.weightCount == patch.unchangedCount else {
      return try patch.verify(saved, hashing: false).state == .patched
    }
    return try saved.fileHashes() == job.modelFiles
  }
}

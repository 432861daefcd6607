// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
import SPINJSON
public import SPINLanguageModel
import SPINStorage

/// Compares the edits of many selections, and reports on the best one.
///
/// Each selection of the grid becomes an edit that is applied in memory and measured
/// on the validation part of questions and text; equal edits are measured once. The best one within
/// the guard is measured once more on the held-out part, which plays no part in the choice. Controls are
/// measured like the others and never chosen.
///
///     var sweep = try Sweep(
///       model: model, modelFiles: hashes, scores: ScoreDirectory(path: "run/scores"),
///       grid: grid, request: request, judge: PhraseJudge())
///     sweep.maxPerplexityRatio = 1.02
///     let result = try sweep.run(into: "sweep")
///
/// Finished items are stored: an interrupted sweep resumes when it is run again.
public struct Sweep: Sendable {
  /// The largest perplexity that an edit may have, as a ratio to the untouched model's; nil for any.
  public var maxPerplexityRatio: Double?
  /// How many rounds of scoring and selecting each selection gets; more than one needs `job`.
  public var roundCount = 1
  /// The command line that requested it, for the record; empty where there was none.
  public var arguments: [String] = []
  /// What scores the suppressed model in further rounds, a job of this very `model`.
  public var job: ScoringJob?

  /// The model, with no edit on it.
  public let model: LanguageModel
  /// The SHA-256 of each weight file, by name.
  public let modelFiles: [String: String]
  /// The scores of the first round.
  public let scores: ScoreDirectory
  /// The selections to compare.
  public let grid: SelectionGrid
  /// The measures of the validation part, by which an edit is chosen.
  public let validation: ModelEvaluation
  /// The measures of the held-out part, for the chosen edit.
  public let test: ModelEvaluation

  /// Progress, as events to show.
  public enum Progress: Sendable {
    /// A further round scores the suppressed model.
    case scoring(ScoringEvent)
    /// This many different edits are going to be measured.
    case comparing(Int)
    /// Progress of a measure.
    case measuring(MeasureProgress)
  }

  /// The result of a sweep.
  public struct Result: Sendable {
    /// Every candidate with its measures on the validation part, in the order of the grid.
    public let rows: [SweepRow]
    /// The index of the one that was chosen; nil where none is eligible.
    public let chosen: Int?
    /// The chosen one's measures on the test part.
    public let test: EvaluationComparison?
  }

  /// Prepares a sweep.
  ///
  /// - Parameters:
  ///   - model: The model, with no edit on it.
  ///   - modelFiles: The SHA-256 of each weight file, by name.
  ///   - scores: The scores of the first round.
  ///   - grid: The selections.
  ///   - request: What to measure: at least one list of questions.
  ///   - judge: The judge of the answers.
  ///   - share: The part of the questions to choose by, between 0 and 1.
  ///   - seed: The seed of the split.
  /// - Throws: `SPINError` for a file that is missing or malformed.
  public init(
    model: LanguageModel, modelFiles: [String: String], scores: ScoreDirectory,
    grid: SelectionGrid, request: EvaluationRequest, judge: any Judge, share: Double = 0.5,
    seed: UInt64 = 0
  ) throws {
    precondition(!request.questions.isEmpty, "a sweep needs questions")
    self.model = model
    self.modelFiles = modelFiles
    self.scores = scores
    self.grid = grid
    validation = try ModelEvaluation(
      request, part: .validation(seed: seed, share: share), of: model, modelFiles: modelFiles,
      judge: judge)
    test = try ModelEvaluation(
      request, part: .test(seed: seed, share: share), of: model, modelFiles: modelFiles,
      judge: judge)
  }

  /// Runs the sweep, or what is left of it.
  ///
  /// - Parameters:
  ///   - directory: The folder of the results: `sweep.json`, and of the chosen edit `patch.json`,
  ///     `selection.json` and `evaluation/`.
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Called with each progress event.
  /// - Throws: `SPINError` as scoring, selecting and measuring do.
  public func run(
    into directory: String, shouldStop: @escaping () -> Bool = { false },
    report: @escaping (Progress) -> Void = { _ in }
  ) throws -> Result {
    let output = try OutputFolder(
      directory, of: "sweep", apartFrom: [model.directory.path, scores.path])
    defer { output.close() }
    try output.requireFree(contents)
    try requireSameRequest(in: directory)
    try output.begin(restart: false)
    let candidates = try SweepCandidates(
      sweep: self, directory: directory, shouldStop: shouldStop, report: { report(.scoring($0)) }
    ).all()
    let rows = try measured(candidates, directory + "/validation", shouldStop, report)
    let chosen = Self.best(rows)
    let test = try chosen.map { place in
      try measureChosen(rows[place].candidate, output, shouldStop, report)
    }
    let result = Result(rows: rows, chosen: chosen, test: test)
    try ResultFile.write(json(result), to: directory + "/sweep.json")
    return result
  }

  /// Refuses a folder with files of others where this sweep writes; for plans, which write nothing.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` that names them.
  package func requireVacant(_ directory: String) throws {
    try OutputFolder.requireFree(contents, in: directory, of: "sweep")
  }

  private var contents: OutputFolder.Contents {
    .init(
      files: ["sweep.json", "patch.json", "selection.json"], folders: ["rounds"],
      ownFolders: ["validation"]) + test.contents().inside("evaluation")
  }

  /// Refuses a folder that holds the finished result of another request; nothing there is changed.
  ///
  /// More selections, more rounds and larger limits continue what is there.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` that names what differs.
  public func requireSameRequest(in directory: String) throws {
    try request().requireReplaceable(directory + "/sweep.json")
  }

  private func request() throws -> MeasureRequest {
    MeasureRequest(try RequestRecord(self).entries)
  }

  /// The candidates with their measures on the validation part.
  private func measured(
    _ candidates: [SweepCandidate], _ folder: String, _ shouldStop: @escaping () -> Bool,
    _ report: @escaping (Progress) -> Void
  ) throws -> [SweepRow] {
    func measure(
      _ side: String, _ patch: Patch?, as label: String, like other: EvaluationSide? = nil
    ) throws -> EvaluationSide {
      try validation.measure(
        side, as: label, edit: patch.map { ModelEdit($0) }, like: other, into: folder,
        shouldStop: shouldStop, report: { report(.measuring($0)) })
    }
    // An edit of no weight is the untouched model.
    report(.comparing(Set(candidates.filter { $0.patch.weightCount > 0 }.map(\.name)).count))
    let untouched = try measure("untouched", nil, as: "untouched")
    var sides: [String: EvaluationSide] = [:]
    let measures = try candidates.map { candidate in
      if candidate.patch.weightCount > 0, sides[candidate.name] == nil {
        sides[candidate.name] = try measure(
          candidate.name, candidate.patch, as: "(\(candidate.label))", like: untouched)
      }
      return try validation.comparison(untouched, sides[candidate.name] ?? untouched)
    }
    let front = ParetoFront.members(
      measures.map { measure in
        measure.outcomes.quantities(.ranked).map { $0.after.estimate?.value ?? 0 }
          + [-measure.guardedRatio]
      })
    return candidates.indices.map { place in
      let isWithinGuard =
        candidates[place].patch.weightCount > 0
        && measures[place].guardedRatio <= maxPerplexityRatio ?? .infinity
      return SweepRow(
        candidate: candidates[place], measures: measures[place], isWithinGuard: isWithinGuard,
        isOnFront: front[place])
    }
  }

  /// The eligible row with the highest mean rate; of equal ones that of the lower
  /// perplexity, then of fewer weights, then the first.
  private static func best(_ rows: [SweepRow]) -> Int? {
    func key(_ place: Int) -> (Double, Double, Int, Int) {
      (
        -(rows[place].meanRate ?? 0), rows[place].measures.guardedRatio,
        rows[place].candidate.patch.weightCount, place
      )
    }
    return rows.indices.filter { rows[$0].isEligible && rows[$0].meanRate != nil }
      .min { key($0) < key($1) }
  }

  /// Writes the chosen edit and measures it on the test part.
  private func measureChosen(
    _ candidate: SweepCandidate, _ output: OutputFolder, _ shouldStop: @escaping () -> Bool,
    _ report: @escaping (Progress) -> Void
  ) throws -> EvaluationComparison {
    let directory = output.path
    let (patchPath, folder) = ("\(directory)/patch.json", "\(directory)/evaluation")
    // An earlier sweep of fewer candidates may have chosen another edit.
    if FileSystem.status(patchPath) != nil,
      try Patch(path: patchPath).contentDigest != candidate.patch.contentDigest,
      FileSystem.status(folder) != nil
    {
      try output.discard("evaluation")
    }
    // Made again with the hashes of the edited files, which only this one needs.
    let patch = try Patch.make(
      model: model.directory, weights: candidate.patch.tensors.map { ($0.name, $0.indices) },
      scale: candidate.selection.scale, provenance: candidate.patch.provenance,
      toolVersion: SPINVersion.current, fileHashes: modelFiles)
    try candidate.coupledSet.write(to: directory + "/selection.json", tool: SPINVersion.tool)
    try patch.write(to: patchPath)
    return try test.compare(
      ModelEdit(patch), into: folder, shouldStop: shouldStop, report: { report(.measuring($0)) })
  }

  private func json(_ result: Result) throws -> JSON {
    let words = VerdictWords(isHeuristic: validation.judge.isHeuristic)
    var document: JSONObject = [
      "schema": "sweep/1", "tool_version": .string(SPINVersion.current),
      "arguments": .array(RepeatableCommand.deciding(arguments).map { .string($0) }),
      "request": try request().json,
      "model": .string(model.directory.name),
      "model_sha256": .string(ModelDirectory.modelHash(of: modelFiles)),
      "arithmetic": .string(validation.request.execution.arithmetic.name),
      "judge": .string(validation.judge.label), "heuristic": .bool(validation.judge.isHeuristic),
      "validation": validation.identity, "test": test.identity,
      "max_perplexity_ratio": maxPerplexityRatio.map { .number($0) } ?? .null,
      "ranked_by": .string("mean rate of \(words.measure) on the validation part"),
      "candidates": .array(result.rows.map(\.json)),
      "chosen": result.chosen.map { JSON($0) } ?? .null,
      "test_measures": result.test?.json ?? .null,
    ]
    if let origin = model.directory.origin { document["model_origin"] = .object(origin.json) }
    return .object(document)
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINDecoderNames
import SPINErrors
import SPINJSON
import SPINStorage

/// One round of scoring and selecting: the first on the given model, each further one on the
/// model with all earlier selections suppressed.
///
/// - Source: "iterSPIN" of an independent reproduction (2026), the strongest extension known:
///   scoring again finds weights that the first round's scores hide.
public struct SuppressionRound: Sendable {
  /// Its number, from 1.
  public let number: Int
  /// The weights that the round selected.
  public let coupledSet: CoupledSet
  /// The edit of the untouched model up to this round: all weights selected so far.
  public let patch: Patch
  /// The weights that no earlier round had selected.
  public let newWeightCount: Int
  /// The mean loss of each sample of each data set, in nats.
  public let losses: [String: [Double]]
}

/// Runs the rounds of a run, one after the other.
struct SuppressionRounds {
  let run: PipelineRun
  let directory: RunDirectory
  let restart: Bool
  let shouldStop: () -> Bool
  let report: (ScoringEvent) -> Void

  /// All rounds; fewer than requested where a round finds nothing new.
  func all() throws -> [SuppressionRound] {
    var rounds: [SuppressionRound] = []
    for number in 1...run.roundCount {
      let round = try next(after: rounds.last, number: number)
      rounds.append(round)
      if round.newWeightCount == 0 { break }
    }
    return rounds
  }

  private func next(after previous: SuppressionRound?, number: Int) throws -> SuppressionRound {
    let scores = directory.scores(ofRound: number)
    let scorer = try previous.map { try run.job.scorer(with: $0.patch) } ?? run.job.scorer
    try score(scorer, into: scores, number: number)
    let losses = try Dictionary(
      uniqueKeysWithValues: run.job.dataSets.map { dataSet in
        (dataSet.name, try ScoreFile(path: scores.path(of: dataSet.name)).losses)
      })
    let files = previous?.patch.filesAfter ?? run.job.modelFiles
    let set = try CoupledSet(run.selection, scores: scores, modelFiles: files)
    var weights = Dictionary(
      uniqueKeysWithValues: (previous?.patch.tensors ?? []).map { tensor in
        // Scores have the names of the language model, patches those of the file.
        (MatrixName(stored: tensor.name)?.tensor ?? tensor.name, Set(tensor.indices))
      })
    let before = weights.values.reduce(0) { $0 + $1.count }
    for (tensor, indices) in set.weights { weights[tensor, default: []].formUnion(indices) }
    var provenance = set.provenance
    if run.roundCount > 1 { provenance["round"] = JSON(number) }
    let patch = try Patch.make(
      model: run.job.directory, weights: weights.map { ($0.key, $0.value.sorted()) },
      scale: run.selection.scale, provenance: provenance, toolVersion: SPINVersion.current,
      fileHashes: run.job.modelFiles, shouldStop: shouldStop)
    if run.roundCount > 1 {
      try FileSystem.ensureDirectory(directory.round(number))
      try set.write(to: directory.round(number) + "/selection.json", tool: SPINVersion.tool)
      try patch.write(to: directory.round(number) + "/patch.json")
    }
    if number == 1 { try set.write(to: directory.selection, tool: SPINVersion.tool) }
    return SuppressionRound(
      number: number, coupledSet: set, patch: patch, newWeightCount: patch.weightCount - before,
      losses: losses)
  }

  private func score(
    _ scorer: ImportanceScorer, into scores: ScoreDirectory, number: Int
  ) throws {
    if number == 1, !directory.ownsScores { return }
    try OutputFile.requireNoLink(scores.path)
    if number > 1, try restart || !scorer.isComplete(at: scores) {
      try FileSystem.ensureDirectory(directory.round(number))
    }
    try scorer.run(into: scores, restart: restart, shouldStop: shouldStop, report: report)
  }
}

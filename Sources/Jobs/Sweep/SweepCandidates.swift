// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// Makes the edits that a sweep compares.
struct SweepCandidates {
  let sweep: Sweep
  let directory: String
  let shouldStop: () -> Bool
  let report: (ScoringEvent) -> Void

  /// All edits in the order of the grid, then of rounds; equal edits are listed separately.
  func all() throws -> [SweepCandidate] {
    try sweep.grid.selections.flatMap { selection in
      if let job = sweep.job, sweep.roundCount > 1 { return try rounds(selection, job) }
      let set = try CoupledSet(
        selection, scores: sweep.scores, modelFiles: sweep.modelFiles,
        configurationDigest: sweep.model.directory.configurationDigest())
      let patch = try Patch.make(
        model: sweep.model.directory, weights: set.weights, scale: selection.scale,
        provenance: set.provenance, toolVersion: SPINVersion.current,
        fileHashes: sweep.modelFiles, hashesResult: false)
      return [SweepCandidate(selection: selection, round: 1, coupledSet: set, patch: patch)]
    }
  }

  /// The edit of each round; scores of further rounds are in a folder of the selection's own.
  private func rounds(_ selection: Selection, _ job: ScoringJob) throws -> [SweepCandidate] {
    let digest = FileDigest.sha256(
      Array(JSON.object(selection.json).serialized(indented: false).utf8)
    ).prefix(12)
    let folder = "\(directory)/rounds/\(digest)"
    try FileSystem.ensureDirectory(folder)
    let run = PipelineRun(job: job, selection: selection, roundCount: sweep.roundCount)
    return try SuppressionRounds(
      run: run, directory: RunDirectory(path: folder, scores: sweep.scores), restart: false,
      shouldStop: shouldStop, report: report
    ).all().map { round in
      SweepCandidate(
        selection: selection, round: round.number, coupledSet: round.coupledSet,
        patch: round.patch)
    }
  }
}

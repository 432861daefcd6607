// SPDX-License-Identifier: Apache-2.0

import SPINErrors

extension ScoringJob {
  /// Requires that a folder holds the very scores that this job would make.
  ///
  /// - Throws: `SPINError` with code `usage` that names the first setting or input that differs, and what the
  ///   folder says about it.
  public func requireScores(at scores: ScoreDirectory) throws {
    for (dataSet, expected) in zip(dataSets, scorer.provenances) {
      let found = try scores.read([dataSet.name])[0].provenance
      guard let (_, setting, there, here) = found.difference(from: expected) else { continue }
      throw SPINError(
        .usage, at: .scores,
        "\(scores.path) has scores of \"\(dataSet.name)\" with \(setting) \(there), this command says \(here)",
        remedy:
          "repeat the options with which they were made, or leave out \(setting: .scores) to score anew"
      )
    }
  }
}

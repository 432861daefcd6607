// SPDX-License-Identifier: Apache-2.0

import SPINErrors

extension ScoringJob {
  /// Requires that a folder holds the very scores that this job would make.
  ///
  /// - Throws: `SPINError` with code `usage` that names the first option or input that differs, and what the
  ///   folder says of it.
  func requireScores(at scores: ScoreDirectory) throws {
    for (dataSet, expected) in zip(dataSets, scorer.provenances) {
      let found = try scores.read([dataSet.name])[0].provenance
      guard let (option, there, here) = found.difference(from: expected) else { continue }
      throw SPINError(
        .usage, at: "--scores",
        "\(scores.path) has scores of \"\(dataSet.name)\" with \(option) \(there), this command says \(here)",
        remedy: "repeat the options with which they were made, or leave out --scores to score anew")
    }
  }
}

extension ScoreProvenance {
  /// The first thing in which scores differ, by the option that decides it; nil where they are the same.
  fileprivate func difference(
    from other: ScoreProvenance
  ) -> (option: String, here: String, there: String)? {
    let options: [(String, (ScoreProvenance) -> String)] = [
      ("MODEL", { String($0.modelHash.prefix(12)) }),
      ("--data", { "\($0.dataFile) (\($0.dataDigest.prefix(12)))" }),
      ("--nsamples", { "\($0.rows.count)" }), ("--seed", { "\($0.seed)" }),
      ("--prompt-format", { $0.promptFormat == "raw" ? "raw" : "chat" }),
      ("--target-module", { $0.targetModule.rawValue }), ("--keep", { $0.keep.description }),
      ("--first-response-token", { $0.firstResponseToken }), ("--overflow", { $0.overflow }),
      ("tokens", { String($0.sampleDigest.prefix(12)) }), ("version", { $0.tool }),
    ]
    for (option, value) in options where value(self) != value(other) {
      return (option, value(self), value(other))
    }
    return self == other ? nil : ("options", "others", "these")
  }
}

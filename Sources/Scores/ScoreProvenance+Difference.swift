// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint

extension ScoreProvenance {
  /// The first thing in which scores of two data sets of one folder were not made alike, by the option that decides it; nil
  /// where they were.
  package func settingsDifference(
    from other: ScoreProvenance
  ) -> (option: String, there: String, here: String)? {
    var one = self
    (one.tool, one.dataSet, one.dataFile) = (other.tool, other.dataSet, other.dataFile)
    (one.dataDigest, one.sampleDigest) = (other.dataDigest, other.sampleDigest)
    (one.sampleCount, one.tokenCount) = (other.sampleCount, other.tokenCount)
    one.responseTokenCount = other.responseTokenCount
    (one.truncatedCount, one.skippedCount) = (other.truncatedCount, other.skippedCount)
    (one.emptyCount, one.modelOrigin) = (other.emptyCount, other.modelOrigin)
    if rows.count != other.rows.count || seed != other.seed {
      return ("rows", drawn, other.drawn)
    }
    // Which rows these are depends on how many a file has.
    one.rows = other.rows
    return one.difference(from: other)
  }

  /// "8 (--nsamples) drawn with --seed 0".
  private var drawn: String { "\(rows.count) rows (--nsamples) drawn with --seed \(seed)" }

  /// The first thing in which scores differ, by the option that decides it; nil where they are the same.
  package func difference(
    from other: ScoreProvenance
  ) -> (option: String, there: String, here: String)? {
    let options: [(String, (ScoreProvenance) -> String)] = [
      ("MODEL", { String($0.modelHash.prefix(12)) }),
      ("config.json of MODEL", { String($0.configurationDigest?.prefix(12) ?? "") }),
      ("--data", { "\($0.dataFile) (\($0.dataDigest.prefix(12)))" }),
      ("--nsamples", { "\($0.rows.count)" }), ("--seed", { "\($0.seed)" }),
      ("--prompt-format", { $0.promptFormat == "raw" ? "raw" : "chat" }),
      ("--target-module", { $0.targetModule.rawValue }), ("--keep", { $0.keep.description }),
      ("--first-response-token", { $0.firstResponseToken }), ("--overflow", { $0.overflow }),
      (
        "the chat template, --system or --template-variable",
        { String(FileDigest.sha256(Array($0.promptFormat.utf8)).prefix(12)) }
      ),
      ("the arithmetic of the processor", { $0.arithmetic ?? "" }),
      ("tokens", { String($0.sampleDigest.prefix(12)) }), ("version", { $0.tool }),
    ]
    var one = self
    // A file that was renamed is no difference.
    if one.dataDigest == other.dataDigest { one.dataFile = other.dataFile }
    one.assumeUnrecorded(of: other)
    for (option, value) in options where value(one) != value(other) {
      return (option, value(one), value(other))
    }
    return yieldsSameScores(as: other) ? nil : ("options", "others", "these")
  }
}

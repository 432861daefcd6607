// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
package import SPINErrors

extension ScoreProvenance {
  /// In what two provenances differ.
  package typealias Difference = (
    isOfRows: Bool, setting: SettingText, there: SettingText, here: SettingText
  )

  /// The first thing in which scores of two data sets of one folder were not made alike, by the setting that decides it;
  /// nil where they were.
  package func settingsDifference(from other: ScoreProvenance) -> Difference? {
    var one = self
    (one.tool, one.dataSet, one.dataFile) = (other.tool, other.dataSet, other.dataFile)
    (one.dataDigest, one.sampleDigest) = (other.dataDigest, other.sampleDigest)
    (one.sampleCount, one.tokenCount) = (other.sampleCount, other.tokenCount)
    one.responseTokenCount = other.responseTokenCount
    (one.truncatedCount, one.skippedCount) = (other.truncatedCount, other.skippedCount)
    (one.emptyCount, one.modelOrigin) = (other.emptyCount, other.modelOrigin)
    if rows.count != other.rows.count || seed != other.seed {
      return (true, "rows", drawn, other.drawn)
    }
    // Which rows these are depends on how many a file has.
    one.rows = other.rows
    return one.difference(from: other)
  }

  /// "8 rows (--nsamples) drawn with --seed 0".
  private var drawn: SettingText {
    """
    \(rows.count) rows (\(setting: .scoredSampleCount)) drawn with \
    \(setting: .scoringSeed, value: seed)
    """
  }

  /// The first thing in which scores differ, by the setting that decides it; nil where they are the same.
  package func difference(from other: ScoreProvenance) -> Difference? {
    let settings: [(SettingText, (ScoreProvenance) -> String)] = [
      ("MODEL", { String($0.modelHash.prefix(12)) }),
      ("config.json of MODEL", { String($0.configurationDigest?.prefix(12) ?? "") }),
      (SettingText(.scoredData), { "\($0.dataFile) (\($0.dataDigest.prefix(12)))" }),
      (SettingText(.scoredSampleCount), { "\($0.rows.count)" }),
      (SettingText(.scoringSeed), { "\($0.seed)" }),
      (SettingText(.scoredFormat), { $0.promptFormat == "raw" ? "raw" : "chat" }),
      (SettingText(.scoredModules), { $0.targetModule.rawValue }),
      (SettingText(.keep), { $0.keep.description }),
      (SettingText(.firstResponseToken), { $0.firstResponseToken }),
      (SettingText(.scoredOverflow), { $0.overflow }),
      (
        "the chat template, \(setting: .scoredSystem) or \(setting: .scoredVariables)",
        { String(FileDigest.sha256(Array($0.promptFormat.utf8)).prefix(12)) }
      ),
      ("the arithmetic of the processor", { $0.arithmetic ?? "" }),
      ("tokens", { String($0.sampleDigest.prefix(12)) }), ("version", { $0.tool }),
    ]
    var one = self
    // A file that was renamed is no difference.
    if one.dataDigest == other.dataDigest { one.dataFile = other.dataFile }
    one.assumeUnrecorded(of: other)
    for (setting, value) in settings where value(one) != value(other) {
      return (false, setting, SettingText(value(one)), SettingText(value(other)))
    }
    return yieldsSameScores(as: other) ? nil : (false, "options", "others", "these")
  }
}

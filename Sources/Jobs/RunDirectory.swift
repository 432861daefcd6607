// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// The folder that a whole run leaves behind.
public struct RunDirectory: Sendable, Hashable {
  /// Where it is.
  public let path: String

  /// The scores, one file a data set.
  public let scores: ScoreDirectory
  /// Whether the scores are this run's own, which it may replace; those of an earlier run only get read.
  public let ownsScores: Bool

  /// Names a folder, which need not exist yet.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - scores: Where the scores are; `scores` in the folder where nil.
  ///   - ownsScores: Whether the run makes the scores; otherwise they have to be there.
  public init(path: String, scores: ScoreDirectory? = nil, ownsScores: Bool = true) {
    self.path = path
    self.ownsScores = ownsScores
    self.scores = scores ?? ScoreDirectory(path: path + "/scores")
  }
  /// The sets of every matrix with their statistics.
  public var selection: String { path + "/selection.json" }
  /// The edit.
  public var patch: String { path + "/patch.json" }
  /// What was done, with what, on what.
  public var manifest: String { path + "/manifest.json" }
  /// What was measured before and after the edit, where that was asked for.
  public var evaluation: String { path + "/evaluation" }
  /// What came out, as a page, as Markdown and as numbers.
  public var report: (html: String, markdown: String, json: String) {
    (path + "/report.html", path + "/report.md", path + "/report.json")
  }
  /// What is odd about the data files.
  public var data: String { path + "/data.json" }
  /// The patched checkpoint, where one was asked for.
  public var model: String { path + "/model" }

  /// The names of all files that a run writes beside its folders.
  var fileNames: [String] {
    let (html, markdown, json) = report
    return [selection, patch, manifest, data, html, markdown, json, RequestRecord.path(path)]
      .map(FileSystem.name)
  }

  /// The folder of one round of several, counted from 1.
  public func round(_ number: Int) -> String { path + "/rounds/\(number)" }
  /// The scores of a round; those of the first are the scores of a run of one round.
  public func scores(ofRound number: Int) -> ScoreDirectory {
    number == 1 ? scores : ScoreDirectory(path: round(number) + "/scores")
  }
}

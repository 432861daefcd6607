// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// The output folder of a whole run.
public struct RunDirectory: Sendable, Hashable {
  /// The path of the folder.
  public let path: String

  /// The scores, one file a data set.
  public let scores: ScoreDirectory
  /// Whether the scores are this run's own, which it may replace; those of an earlier run are only read.
  public let ownsScores: Bool

  /// Names a folder, which need not exist yet.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - scores: Where the scores are; `scores` in the folder where nil.
  ///   - ownsScores: Whether the run computes the scores; otherwise they must exist.
  public init(path: String, scores: ScoreDirectory? = nil, ownsScores: Bool = true) {
    self.path = path
    self.ownsScores = ownsScores
    self.scores = scores ?? ScoreDirectory(path: path + "/scores")
  }
  /// The sets of every matrix with their statistics.
  public var selection: String { path + "/selection.json" }
  /// The path of the patch.
  public var patch: String { path + "/patch.json" }
  /// The manifest: what was done, with which inputs, on which machine.
  public var manifest: String { path + "/manifest.json" }
  /// What was measured before and after the edit, where that was requested.
  public var evaluation: String { path + "/evaluation" }
  /// The results, as a page, as Markdown and as numbers.
  public var report: (html: String, markdown: String, json: String) {
    (path + "/report.html", path + "/report.md", path + "/report.json")
  }
  /// Warnings about the data files.
  public var data: String { path + "/data.json" }
  /// The patched checkpoint, where one was requested.
  public var model: String { path + "/model" }

  /// The names of all files that a run writes in addition to its folders.
  var fileNames: [String] {
    [selection, patch, manifest, data, RequestRecord.path(path)].map(FileSystem.name) + reportNames
  }

  /// The names of the files of the report.
  var reportNames: [String] {
    let (html, markdown, json) = report
    return [html, markdown, json].map(FileSystem.name)
  }

  /// The folder of one round of several, counted from 1.
  public func round(_ number: Int) -> String { path + "/rounds/\(number)" }
  /// The scores of a round; those of the first are the scores of a run of one round.
  public func scores(ofRound number: Int) -> ScoreDirectory {
    number == 1 ? scores : ScoreDirectory(path: round(number) + "/scores")
  }
}

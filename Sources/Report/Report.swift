// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// The results of runs on one page: does the edit help, does it hurt, and how certain is that.
///
///     let report = try Report(of: [Report.Source(path: "run")])
///     try report.html.write(toFile: "report.html", atomically: true, encoding: .utf8)
///
/// The page holds only what the files of the runs say; what was not measured is named with the command
/// that measures it. Equal files give equal bytes.
public struct Report: Sendable {
  /// A run that is to be reported.
  public struct Source: Sendable, Hashable {
    /// What the report calls it.
    public var name: String
    /// The folder that `spin run` wrote, or the folder of `spin evaluate --out`.
    public var path: String
    /// The folder of the scores, where they are not in that folder; nil for where the run's record says.
    public var scores: String?

    /// Names a folder; without a name, by its last component.
    public init(path: String, name: String? = nil, scores: String? = nil) {
      self.path = path
      self.name = name ?? FileSystem.name(of: path)
      self.scores = scores
    }
  }

  /// The maximum number of runs that are shown in full; all are compared.
  public static let chapterLimit = 8

  let runs: [ReportedRun]
  /// What the runs are arms of, where they are.
  let comparison: ComparisonFile?

  /// Reads runs.
  ///
  /// - Parameter sources: At least one; their names differ.
  /// - Throws: `SPINError` where a folder holds no run, a file is malformed (with its key), or files
  ///   of one run are of different models or edits.
  public init(of sources: [Source]) throws {
    precondition(!sources.isEmpty, "sources is empty")
    var names: Set<String> = []
    for source in sources where !names.insert(source.name).inserted {
      throw SPINError(
        .usage, at: source.path, "is the second run called \"\(source.name)\"",
        remedy: "name runs as NAME=RUN")
    }
    runs = try sources.map { try ReportedRun($0) }
    comparison = nil
  }

  /// Reads a comparison of methods: all its numbers, and in full the first seed of its first method.
  ///
  /// - Parameter path: The folder that `spin compare` wrote.
  /// - Throws: As for runs; and where the folder holds no comparison.
  public init(comparison path: String) throws {
    guard let file = try ComparisonFile(path: path + "/compare.json") else {
      throw SPINError(
        .missingInput, at: path, "holds no compare.json",
        remedy: "give the folder that `spin compare` wrote")
    }
    comparison = file
    runs = try file.arms.prefix(1).map {
      try ReportedRun(Source(path: "\(path)/\($0.folder)", name: $0.folder))
    }
  }

  /// When a change of a run counts as shown, in the words of the page: `Evidence`.
  public static var ruleOfEvidence: String { EvidenceText.rule(.run) }

  /// The questions that the report answers first, with their answers; those of the comparison, where
  /// it is one, otherwise of the first run.
  public var headline: [HeadlineAnswer] {
    comparison.map(ComparisonHeadline.answers) ?? Headline(runs[0]).answers
  }

  /// Whether a folder holds a comparison of methods.
  public static func isComparison(_ path: String) -> Bool {
    FileSystem.status(path + "/compare.json")?.kind == .file
  }
}

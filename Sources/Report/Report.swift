// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// The results of runs on one page: whether the edit helps, whether it hurts, and how certain that
/// is.
///
///     let report = try Report(of: [Report.Source(path: "run")])
///     try report.html.write(toFile: "report.html", atomically: true, encoding: .utf8)
///
/// The page contains only what the files of the runs say; for what was not measured it names the
/// command that measures it. The same files give the same bytes.
public struct Report: Sendable {
  /// A run to report.
  public struct Source: Sendable, Hashable {
    /// The name of the run in the report.
    public var name: String
    /// The folder that `spin run` wrote, or the folder of `spin evaluate --out`.
    public var path: String
    /// The folder of the scores, if it is not in the run's folder; nil for the folder in the run's
    /// record.
    public var scores: String?

    /// Creates a source; without a name, it has that of the folder.
    public init(path: String, name: String? = nil, scores: String? = nil) {
      self.path = path
      self.name = name ?? FileSystem.name(of: path)
      self.scores = scores
    }
  }

  /// The maximum number of runs shown in full; all are compared.
  public static let chapterLimit = 8

  let runs: [ReportedRun]
  /// The comparison whose arms the runs are; nil for a report of runs.
  let comparison: ComparisonFile?

  /// Reads runs.
  ///
  /// - Parameter sources: At least one, with different names.
  /// - Throws: `SPINError` if two names are equal, a folder has no run, a file is malformed (with
  ///   its key), or files of one run are of different models or edits.
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

  /// Reads a comparison of methods: all its numbers, and in full the first seed of its first
  /// method.
  ///
  /// - Parameter path: The folder that `spin compare` wrote.
  /// - Throws: `SPINError` if the folder has no comparison, and as for runs.
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

  /// The rule by which a change of a run counts as shown, in the words of the page.
  public static var ruleOfEvidence: String { EvidenceText.rule(.run) }

  /// The questions that the report answers first, with their answers: those of the comparison if
  /// there is one, otherwise those of the first run.
  public var headline: [HeadlineAnswer] {
    comparison.map(ComparisonHeadline.answers) ?? Headline(runs[0]).answers
  }

  /// Whether a folder holds a comparison of methods.
  public static func isComparison(_ path: String) -> Bool {
    FileSystem.status(path + "/compare.json")?.kind == .file
  }
}

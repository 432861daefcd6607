// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Warnings about data files, each by itself and each pair together.
///
/// SPIN's own files repeat rows and share prompts with the questions on which models are evaluated;
/// whoever scores, trains or evaluates on such files should know.
public struct DataLint: Sendable {
  /// How files are read and samples drawn.
  public struct Options {
    /// The columns of prompts and responses.
    public var columns = DataTable.Columns()
    /// The column of questions, in files without the former.
    public var questionColumn = "questions"
    /// How many rows of a file with responses a scoring run would draw.
    public var sampleCount = CalibrationOptions().sampleCount
    /// The seed of the draw.
    public var seed = CalibrationOptions().seed
    /// How texts become tokens; nil to measure lengths in words.
    public var encoding: CalibrationEncoding?

    /// The defaults of `spin data lint`.
    public init() {}
  }

  /// What is found in each file, in the order given.
  public let files: [FileLint]
  /// What each pair of files shares.
  public let overlaps: [FileOverlap]

  /// Reads files and compares them.
  ///
  /// - Throws: `SPINError` as `DataTable.init`, and where a file has none of the columns requested.
  public init(paths: [String], options: Options = Options()) throws {
    let sources = try paths.map { try LintedFile(path: $0, options: options) }
    files = try sources.map { source in
      let scored = PromptOverlap(
        sources.filter { $0.path != source.path && $0.hasResponses }.flatMap(\.prompts))
      return try FileLint(source, scored: scored, options: options)
    }
    var overlaps: [FileOverlap] = []
    for (index, first) in sources.enumerated() {
      for second in sources[(index + 1)...] { overlaps.append(FileOverlap(first, second)) }
    }
    self.overlaps = overlaps
  }
}

/// A file with what is compared.
struct LintedFile {
  let path: String
  let rows: [DataTable.Row]
  let hasResponses: Bool
  let prompts: [String]
  let overlap: PromptOverlap
  /// The rows that would be drawn; nil where the file has no responses or too few rows.
  let drawn: [Int]?

  init(path: String, options: DataLint.Options) throws {
    let names = try DataTable.columnNames(path: path)
    hasResponses =
      names.contains(options.columns.prompt) && names.contains(options.columns.response)
    let columns: DataTable.Columns
    if hasResponses {
      columns = options.columns
    } else if let name = [options.questionColumn, options.columns.prompt].first(
      where: names.contains)
    {
      columns = .promptsOnly(name)
    } else if names.count == 1 {
      columns = .promptsOnly(names[0])
    } else {
      let shown = names.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
      throw SPINError(
        .malformedInput, at: path,
        """
        has neither the columns "\(options.columns.prompt)" and "\(options.columns.response)" \
        nor "\(options.questionColumn)", only \(shown.isEmpty ? "none" : shown)
        """,
        remedy: """
          name the columns with \(setting: .promptColumn), \(setting: .responseColumn) or \
          \(setting: .questionColumn)
          """)
    }
    self.path = path
    rows = try DataTable(path: path, columns: columns).rows
    prompts = rows.map(\.prompt)
    overlap = PromptOverlap(prompts)
    if hasResponses, options.sampleCount > 0, options.sampleCount <= rows.count {
      var generator = NumPyGenerator(seed: options.seed)
      drawn = Array(generator.permutation(rows.count).prefix(options.sampleCount))
    } else {
      drawn = nil
    }
  }
}

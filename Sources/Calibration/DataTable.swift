// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINStorage

/// The prompts and responses of a data file.
///
/// The name of the file says how it is read: `.csv` and `.tsv` with a header row, `.jsonl` and
/// `.ndjson` with one object a line, `.json` with one array of objects. Cells are kept as they are
/// written; unlike in `pandas`, nothing becomes null.
public struct DataTable: Sendable {
  /// The columns that hold prompt and response.
  public struct Columns: Sendable, Hashable {
    /// The column of prompts.
    public var prompt: String
    /// The column of responses.
    public var response: String
    /// Whether responses are read; the others are empty.
    var readsResponses = true

    /// Names the columns; the defaults are those of SPIN's own files.
    public init(prompt: String = "prompt", response: String = "response") {
      self.prompt = prompt
      self.response = response
    }

    /// A file of prompts alone, such as questions; responses are read as empty.
    public static func promptsOnly(_ column: String) -> Columns {
      var columns = Columns(prompt: column)
      columns.readsResponses = false
      return columns
    }
  }

  /// One prompt with its response.
  public struct Row: Sendable {
    /// The text that the loss does not cover.
    public let prompt: String
    /// The text that the loss covers.
    public let response: String
    /// The line on which the record begins, counted from 1.
    public let line: Int

    /// Whether `datasets` would read one of the two cells as null, and its tokenizer fail on it.
    package var looksMissing: Bool {
      Self.isMissingMark(prompt) || Self.isMissingMark(response)
    }

    /// Whether `datasets` would read a cell as null.
    static func isMissingMark(_ cell: String) -> Bool { missingMarks.contains(cell) }

    // pandas 2.2, `pandas._libs.parsers.STR_NA_VALUES`.
    private static let missingMarks: Set<String> = [
      "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
      "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
    ]
  }

  /// The most records that a file may have.
  static let recordLimit = 10_000_000

  /// Where the file is.
  public let path: String
  /// The SHA-256 of the file's bytes.
  public let digest: String
  /// The records in the order of the file.
  public let rows: [Row]

  /// Reads a data file.
  ///
  /// - Throws: `SPINError` that names file and line: a missing column (with the columns found), an
  ///   unclosed quote, a record of another width, text that is not UTF-8, malformed JSON.
  public init(path: String, columns: Columns = Columns()) throws {
    self.path = path
    let file = try MappedFile(path: path)
    let bytes = file.bytes(0..<file.byteCount)
    digest = FileDigest.sha256(bytes)
    if bytes.starts(with: "version https://git-lfs.github.com/spec/v1".utf8) {
      throw SPINError(
        .malformedInput, at: path, "is a Git LFS pointer, not the data",
        remedy: "run `git lfs pull` where it was cloned")
    }
    let name = path.lowercased()
    if name.hasSuffix(".csv") {
      rows = try Self.delimited(bytes, by: UInt8(ascii: ","), path, columns)
    } else if name.hasSuffix(".tsv") {
      rows = try Self.delimited(bytes, by: UInt8(ascii: "\t"), path, columns)
    } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
      rows = try Self.lines(bytes, path, columns)
    } else if name.hasSuffix(".json") {
      rows = try Self.array(bytes, path, columns)
    } else {
      throw SPINError(
        .malformedInput, at: path,
        "the name does not say the format, expected .csv, .tsv, .jsonl, .ndjson or .json",
        remedy: "convert or rename the file")
    }
  }
}

// MARK: - Delimited text

extension DataTable {
  private static func delimited(
    _ bytes: [UInt8], by delimiter: UInt8, _ path: String, _ columns: Columns
  ) throws -> [Row] {
    var text = DelimitedText(bytes, delimiter: delimiter, path: path)
    var cells: [DelimitedText.Cell] = []
    guard try text.next(into: &cells) else {
      throw SPINError(.malformedInput, at: path, "is empty, expected a header row")
    }
    let header = try cells.map { try text.text(of: $0) }
    let prompt = try position(of: columns.prompt, in: header, path)
    let response =
      columns.readsResponses ? try position(of: columns.response, in: header, path) : nil
    var rows: [Row] = []
    while try text.next(into: &cells) {
      guard cells.count == header.count else {
        let found = "row \(rows.count + 1) has \(counted(cells.count, "cell"))"
        throw text.error(
          "\(found), the header has \(header.count)",
          remedy: "quote cells that hold delimiters or line breaks")
      }
      try checkCount(rows.count, path)
      let row = Row(
        prompt: try text.text(of: cells[prompt]),
        response: try response.map { try text.text(of: cells[$0]) } ?? "", line: text.recordLine)
      rows.append(row)
    }
    return rows
  }

  private static func position(
    of column: String, in header: [String], _ path: String
  ) throws -> Int {
    let matches = header.indices.filter { header[$0] == column }
    guard let position = matches.first else {
      throw missing(column, found: header, kind: "column", at: path)
    }
    guard matches.count == 1 else {
      throw SPINError(.malformedInput, at: path, "has \(matches.count) columns \"\(column)\"")
    }
    return position
  }
}

// MARK: - JSON

extension DataTable {
  private static func lines(
    _ bytes: [UInt8], _ path: String, _ columns: Columns
  ) throws -> [Row] {
    var rows: [Row] = []
    var line = 0
    for slice in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      line += 1
      var slice = slice
      if line == 1, slice.starts(with: [0xEF, 0xBB, 0xBF]) { slice = slice.dropFirst(3) }
      guard
        slice.contains(where: {
          $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t")
            && $0 != UInt8(ascii: "\r")
        })
      else { continue }
      let place = "\(path): line \(line)"
      guard slice.count <= DelimitedText.recordLimit else {
        throw SPINError(
          .malformedInput, at: place,
          "the record is longer than \(DelimitedText.recordLimit >> 20) MiB")
      }
      try checkCount(rows.count, path)
      let value = try JSON(parsing: Array(slice), path: place)
      rows.append(try row(value, place, line: line, columns))
    }
    return rows
  }

  private static func array(
    _ bytes: [UInt8], _ path: String, _ columns: Columns
  ) throws -> [Row] {
    guard let elements = try JSON(parsing: bytes, path: path).array else {
      throw SPINError(
        .malformedInput, at: path, "is not an array of objects",
        remedy: "name it .jsonl where it has one object a line")
    }
    try checkCount(elements.count - 1, path)
    return try elements.enumerated().map { index, value in
      try row(value, "\(path): element \(index + 1)", line: index + 1, columns)
    }
  }

  private static func row(
    _ value: JSON, _ place: String, line: Int, _ columns: Columns
  ) throws -> Row {
    guard let object = value.object else {
      throw SPINError(.malformedInput, at: place, "is not an object")
    }
    func text(_ key: String) throws -> String {
      guard let member = object[key] else {
        throw missing(key, found: object.keys, kind: "key", at: place)
      }
      guard let text = member.string else {
        throw SPINError(
          .malformedInput, at: place, "\"\(key)\" is \(member.brief), expected a string")
      }
      return text
    }
    return Row(
      prompt: try text(columns.prompt),
      response: columns.readsResponses ? try text(columns.response) : "", line: line)
  }
}

// MARK: - Failures

extension DataTable {
  private static func missing(
    _ column: String, found: [String], kind: String, at place: String
  ) -> SPINError {
    let shown = found.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
    let rest = found.count > 20 ? " and \(found.count - 20) more" : ""
    return SPINError(
      .malformedInput, at: place,
      "has no \(kind) \"\(column)\", only \(shown.isEmpty ? "none" : shown)\(rest)",
      remedy: "name the two to use with --prompt-column and --response-column")
  }

  private static func checkCount(_ count: Int, _ path: String) throws {
    guard count < recordLimit else {
      throw SPINError(.malformedInput, at: path, "has more than \(recordLimit) records")
    }
  }

  private static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}

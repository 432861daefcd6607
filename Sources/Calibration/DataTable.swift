// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// The prompts and responses of a data file.
///
/// Delimited text with a header row (`.csv`, `.tsv`), or JSON: one object a line or one array of
/// objects (`.jsonl`, `.ndjson`, `.json`), recognized from the text itself. UTF-8, or UTF-16 with its byte
/// order mark. Cells are taken as they are written; unlike in `pandas`, nothing becomes null.
public struct DataTable: Sendable {
  /// The columns that hold prompt and response.
  public struct Columns: Sendable, Hashable {
    /// The column of prompts.
    public var prompt: String
    /// The column of responses.
    public var response: String
    /// Whether responses are read; the others are empty.
    var readsResponses = true
    /// What names the column of prompts, for messages.
    var promptSetting = Setting.promptColumn

    /// Names the columns; the defaults are those of SPIN's own files.
    public init(prompt: String = "prompt", response: String = "response") {
      self.prompt = prompt
      self.response = response
    }

    /// A file of prompts alone, such as questions; responses are read as empty.
    public static func promptsOnly(_ column: String) -> Columns {
      promptsOnly(column, namedBy: .promptColumn)
    }

    /// The same where messages are to say that another setting names the column.
    static func promptsOnly(_ column: String, namedBy setting: Setting) -> Columns {
      var columns = Columns(prompt: column)
      columns.promptSetting = setting
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

  /// Where the file is.
  public let path: String
  /// The SHA-256 of the file's bytes.
  public let digest: String
  /// The records in the order of the file.
  public let rows: [Row]

  /// Reads a data file.
  ///
  /// - Throws: `SPINError` that names file and line: a missing column (with the columns found), an
  ///   unclosed quote, a record of another width, text that is not UTF-8, malformed JSON; and where
  ///   the file has no rows.
  public init(path: String, columns: Columns = Columns()) throws {
    self.path = path
    let data = try DataFile(path: path)
    digest = data.file.digest
    let names = columns.readsResponses ? [columns.prompt, columns.response] : [columns.prompt]
    let remedy: SettingText =
      columns.readsResponses
      ? "name the two to use with \(setting: .promptColumn) and \(setting: .responseColumn)"
      : "name the one to use with \(setting: columns.promptSetting)"
    rows = try data.records(columns: names, remedy: remedy).map { record in
      func text(_ key: String) throws -> String {
        let value = record.fields[key] ?? .null
        guard let text = value.string else {
          throw SPINError(
            .malformedInput, at: record.place, "\"\(key)\" is \(value.brief), expected a string")
        }
        return text
      }
      return Row(
        prompt: try text(columns.prompt),
        response: columns.readsResponses ? try text(columns.response) : "", line: record.line)
    }
  }

  /// The names of the columns of a data file, or the keys of its first object; empty where there
  /// is none.
  ///
  /// - Throws: `SPINError` where the file cannot be read or its first record is malformed.
  public static func columnNames(path: String) throws -> [String] {
    let data = try DataFile(path: path)
    guard case .delimited(let delimiter) = data.format else { return try data.jsonKeys() }
    return try data.delimitedColumnNames(by: delimiter)
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// A file of records: the one reader behind every table of prompts, questions and tasks.
///
/// The name says whether it is delimited text (`.csv`, `.tsv`) or JSON (`.jsonl`, `.ndjson`,
/// `.json`), and the text has the last word, since names are often wrong: what begins as a JSON
/// object holds one object a line, what begins as an array of objects is one, and a header row with
/// tabs and no comma is separated by tabs.
struct DataFile {
  /// How records are written.
  enum Format: Equatable {
    /// Cells between delimiters.
    case delimited(UInt8)
    /// One JSON object a line.
    case jsonLines
    /// One JSON array of objects.
    case jsonArray
  }

  /// A record: the requested ones of its fields.
  struct Record {
    /// The fields by name, in the order of the file.
    let fields: JSONObject
    /// The line on which it begins, counted from 1; in an array the element.
    let line: Int
    /// Where it begins, for messages: "data.jsonl: line 3".
    let place: String
  }

  /// The most records that a file may have.
  static let recordLimit = 10_000_000

  let file: TextFile
  let format: Format
  var path: String { file.path }

  /// Reads a file and tells its format.
  ///
  /// - Throws: `SPINError` as `TextFile`, and where neither name nor text says the format.
  init(path: String) throws {
    file = try TextFile(path: path)
    format = try Self.format(of: file)
  }

  /// The records in the order of the file.
  ///
  /// - Parameters:
  ///   - columns: The fields to read; nil for all. Others may hold whatever they like.
  ///   - remedy: What to do where a column is missing, in the words of the command.
  ///   - headerless: Names the columns of delimited text without a header row, from the cells of
  ///     its first row; nil where that row is a header.
  /// - Throws: `SPINError` that names file and line for whatever is malformed, for a column that is
  ///   missing (with those that are there), and where there is no record.
  func records(
    columns: [String]? = nil, remedy: SettingText? = nil,
    headerless: ([String]) -> [String]? = { _ in nil }
  ) throws -> [Record] {
    let records =
      switch format {
      case .delimited(let delimiter):
        try delimited(by: delimiter, columns: columns, remedy, headerless: headerless)
      case .jsonLines: try jsonLines(columns: columns, remedy)
      case .jsonArray: try jsonArray(columns: columns, remedy)
      }
    guard !records.isEmpty else {
      throw SPINError(
        .malformedInput, at: path, "has no rows",
        remedy: "check that it is the file that you mean")
    }
    return records
  }

  /// A column that is not there.
  func missing(
    _ column: String, found: [String], at place: String, _ remedy: SettingText?
  ) -> SPINError {
    let kind = if case .delimited = format { "column" } else { "key" }
    let shown = found.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
    let rest = found.count > 20 ? " and \(found.count - 20) more" : ""
    return SPINError(
      .malformedInput, at: place,
      "has no \(kind) \"\(column)\", only \(shown.isEmpty ? "none" : shown)\(rest)",
      remedy: remedy)
  }

  func checkCount(_ count: Int) throws {
    guard count < Self.recordLimit else {
      throw SPINError(.malformedInput, at: path, "has more than \(Self.recordLimit) records")
    }
  }
}

// MARK: - Format

extension DataFile {
  private static func format(of file: TextFile) throws -> Format {
    let text = file.bytes.drop { isBlank($0) }
    let next = text.dropFirst().first { !isBlank($0) }
    if text.first == UInt8(ascii: "{"), next == UInt8(ascii: "\"") || next == UInt8(ascii: "}") {
      return .jsonLines
    }
    if text.first == UInt8(ascii: "["), next == UInt8(ascii: "{") || next == UInt8(ascii: "]") {
      return .jsonArray
    }
    let name = file.path.lowercased()
    if name.hasSuffix(".csv") {
      let header = text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
      let hasTabsOnly = header.contains(UInt8(ascii: "\t")) && !header.contains(UInt8(ascii: ","))
      return .delimited(UInt8(ascii: hasTabsOnly ? "\t" : ","))
    }
    if name.hasSuffix(".tsv") { return .delimited(UInt8(ascii: "\t")) }
    if name.hasSuffix(".json") {
      return text.first == UInt8(ascii: "[") ? .jsonArray : .jsonLines
    }
    if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") { return .jsonLines }
    throw SPINError(
      .malformedInput, at: file.path,
      "the name does not say the format, expected .csv, .tsv, .jsonl, .ndjson or .json",
      remedy: "convert or rename the file")
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}

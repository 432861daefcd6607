// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
public import SPINJSON
import SPINStorage

/// The records of a data file with all their columns, whatever these are.
///
/// `.csv` and `.tsv` give text cells under the names of the header row, `.jsonl` and `.ndjson` one
/// object a line, `.json` the objects of one array.
public struct RecordTable: Sendable {
  /// A record and where it stands.
  public struct Record: Sendable {
    /// Its columns in the order of the file.
    public let fields: JSONObject
    /// Where it begins, for messages: "data.jsonl: line 3".
    public let place: String

    /// A record.
    public init(_ fields: JSONObject, place: String) {
      self.fields = fields
      self.place = place
    }
  }

  /// Where the file is.
  public let path: String
  /// The SHA-256 of the file's bytes.
  public let digest: String
  /// The records in the order of the file.
  public let records: [Record]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file; its name says the format.
  ///   - headerless: Names the columns of delimited text that has no header row, from the cells of
  ///     its first row; nil where that row is a header.
  /// - Throws: `SPINError` that names file and line for whatever is malformed.
  public init(path: String, headerless: ([String]) -> [String]? = { _ in nil }) throws {
    self.path = path
    let bytes = try FileSystem.read(path)
    digest = FileDigest.sha256(bytes)
    if bytes.starts(with: "version https://git-lfs.github.com/spec/v1".utf8) {
      throw SPINError(
        .malformedInput, at: path, "is a Git LFS pointer, not the data",
        remedy: "run `git lfs pull` where it was cloned")
    }
    let name = path.lowercased()
    if name.hasSuffix(".csv") || name.hasSuffix(".tsv") {
      let delimiter = UInt8(ascii: name.hasSuffix(".tsv") ? "\t" : ",")
      records = try Self.delimited(bytes, by: delimiter, path, headerless)
    } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
      records = try Self.lines(bytes, path)
    } else if name.hasSuffix(".json") {
      records = try Self.array(bytes, path)
    } else {
      throw SPINError(
        .malformedInput, at: path,
        "the name does not say the format, expected .csv, .tsv, .jsonl, .ndjson or .json",
        remedy: "convert or rename the file")
    }
  }

  private static func delimited(
    _ bytes: [UInt8], by delimiter: UInt8, _ path: String, _ headerless: ([String]) -> [String]?
  ) throws -> [Record] {
    var text = DelimitedText(bytes, delimiter: delimiter, path: path)
    var cells: [DelimitedText.Cell] = []
    var header: [String] = []
    var records: [Record] = []
    while try text.next(into: &cells) {
      let row = try cells.map { try text.text(of: $0) }
      if header.isEmpty {
        guard let names = headerless(row) else {
          guard Set(row).count == row.count else {
            throw SPINError(.malformedInput, at: path, "has two columns of the same name")
          }
          header = row
          continue
        }
        header = names
      }
      guard row.count == header.count else {
        throw text.error(
          "has \(row.count) cells, expected \(header.count)",
          remedy: "quote cells that hold delimiters or line breaks")
      }
      var fields = JSONObject()
      for (name, cell) in zip(header, row) { fields[name] = .string(cell) }
      records.append(Record(fields, place: "\(path): line \(text.recordLine)"))
    }
    return records
  }

  private static func lines(_ bytes: [UInt8], _ path: String) throws -> [Record] {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var records: [Record] = []
    let lines = bytes[start...].split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated()
    where line.contains(where: { $0 > UInt8(ascii: " ") }) {
      let place = "\(path): line \(index + 1)"
      let fields = try JSON(parsing: Array(line), path: place).requireObject(at: place)
      records.append(Record(fields, place: place))
    }
    return records
  }

  private static func array(_ bytes: [UInt8], _ path: String) throws -> [Record] {
    guard let elements = try JSON(parsing: bytes, path: path).array else {
      throw SPINError(
        .malformedInput, at: path, "is not an array of objects",
        remedy: "name it .jsonl where it has one object a line")
    }
    return try elements.enumerated().map { index, element in
      let place = "\(path): element \(index + 1)"
      return Record(try element.requireObject(at: place), place: place)
    }
  }
}

extension RecordTable {
  /// Some records of a table.
  public init(_ table: RecordTable, records: [Record]) {
    path = table.path
    digest = table.digest
    self.records = records
  }
}

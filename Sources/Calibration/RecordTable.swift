// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON

/// The records of a data file with all their columns, whatever these are.
///
/// Delimited text gives text cells under the names of the header row, JSON one object a line or the
/// objects of one array; see `DataTable` for how these are told apart.
public struct RecordTable: Sendable {
  /// A record and its location.
  public struct Record: Sendable {
    /// Its columns in the order of the file.
    public let fields: JSONObject
    /// Where it begins, for messages: "data.jsonl: line 3".
    public let place: String

    /// A record with its location, for messages.
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
  ///   - path: The file.
  ///   - headerless: Names the columns of delimited text that has no header row, from the cells of
  ///     its first row; nil where that row is a header.
  /// - Throws: `SPINError` that names file and line for whatever is malformed, and where the file
  ///   has no records.
  public init(path: String, headerless: ([String]) -> [String]? = { _ in nil }) throws {
    self.path = path
    let data = try DataFile(path: path)
    digest = data.file.digest
    records = try data.records(headerless: headerless).map { Record($0.fields, place: $0.place) }
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

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

extension DataFile {
  /// The records of delimited text; cells are text.
  func delimited(
    by delimiter: UInt8, columns: [String]?, _ remedy: SettingText?,
    headerless: ([String]) -> [String]?
  ) throws -> [Record] {
    var text = DelimitedText(file.bytes, delimiter: delimiter, path: path)
    var cells: [DelimitedText.Cell] = []
    guard try text.next(into: &cells) else {
      throw SPINError(.malformedInput, at: path, "is empty, expected a header row")
    }
    let first = try cells.map { try text.text(of: $0) }
    let names = headerless(first)
    let header = names ?? first
    let read = try (columns ?? header).map { ($0, try position(of: $0, in: header, remedy)) }
    var hasRecord = names != nil
    if !hasRecord { hasRecord = try text.next(into: &cells) }
    var records: [Record] = []
    while hasRecord {
      guard cells.count == header.count else {
        let found = "row \(records.count + 1) has \(cells.count) cell\(cells.count == 1 ? "" : "s")"
        throw text.error(
          "\(found), the header has \(header.count)",
          remedy: "quote cells that hold delimiters or line breaks")
      }
      try checkCount(records.count)
      let place = "\(path): line \(text.recordLine)"
      var fields = JSONObject(file: place)
      for (name, index) in read { fields[name] = .string(try text.text(of: cells[index])) }
      records.append(Record(fields: fields, line: text.recordLine, place: place))
      hasRecord = try text.next(into: &cells)
    }
    return records
  }

  /// The names of the columns, without reading a row.
  func delimitedColumnNames(by delimiter: UInt8) throws -> [String] {
    var text = DelimitedText(file.bytes, delimiter: delimiter, path: path)
    var cells: [DelimitedText.Cell] = []
    guard try text.next(into: &cells) else { return [] }
    return try cells.map { try text.text(of: $0) }
  }

  private func position(
    of column: String, in header: [String], _ remedy: SettingText?
  ) throws -> Int {
    let matches = header.indices.filter { header[$0] == column }
    guard let position = matches.first else {
      if header.count == 1, header[0].contains(";") {
        throw SPINError(
          .malformedInput, at: path, "separates its columns by semicolons, expected commas or tabs",
          remedy: "save it with commas")
      }
      throw missing(column, found: header, at: path, remedy)
    }
    guard matches.count == 1 else {
      throw SPINError(.malformedInput, at: path, "has \(matches.count) columns \"\(column)\"")
    }
    return position
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

extension DataFile {
  /// The records of a file with one object a line.
  func jsonLines(columns: [String]?, _ remedy: SettingText?) throws -> [Record] {
    var records: [Record] = []
    let lines = try file.lineSlices()
    for line in lines {
      try checkCount(records.count)
      let place = "\(path): line \(line.number)"
      var reader = try reader(of: line)
      do {
        let fields = try object(
          &reader, at: place, columns: columns,
          records.isEmpty ? remedy : Self.uneven)
        try reader.finish()
        records.append(Record(fields: fields, line: line.number, place: place))
      } catch let error as SPINError {
        // The first object continues after its line: it is indented, as jq and editors write it.
        guard records.isEmpty, reader.position >= reader.byteCount, lines.count > 1 else {
          throw error
        }
        throw SPINError(
          .malformedInput, at: path,
          "holds an object over several lines, expected one object a line or an array of objects",
          remedy: "convert it: jq -c . \(ShellText.quoted(path)); or, where the records are in a "
            + "field of it: jq -c '.data[]'")
      }
    }
    return records
  }

  /// The records of one array.
  func jsonArray(columns: [String]?, _ remedy: SettingText?) throws -> [Record] {
    var records: [Record] = []
    var reader = try JSONReader(file.bytes, path: path, permitsNonFinite: true)
    try reader.readArray { index, reader in
      try checkCount(index)
      let place = "\(path): element \(index + 1)"
      let fields = try object(
        &reader, at: place, columns: columns, index == 0 ? remedy : Self.uneven)
      records.append(Record(fields: fields, line: index + 1, place: place))
    }
    try reader.finish()
    return records
  }

  /// What to do where earlier objects have a key: another name would be wrong for those.
  private static let uneven: SettingText = "give every object the same keys"

  /// The keys of the first object, without reading others.
  func jsonKeys() throws -> [String] {
    var keys: [String] = []
    func read(_ reader: inout JSONReader) throws {
      guard try reader.peekKind() == .object else { return try reader.skipValue() }
      try reader.readObject { key, reader in
        keys.append(key)
        try reader.skipValue()
      }
    }
    if format == .jsonArray {
      var reader = try JSONReader(file.bytes, path: path, permitsNonFinite: true)
      try reader.readArray { index, reader in
        if index == 0 { try read(&reader) } else { try reader.skipValue() }
      }
    } else if let line = try file.lineSlices().first {
      var reader = try reader(of: line)
      try read(&reader)
    }
    return keys
  }

  private func reader(of line: TextFile.Line) throws -> JSONReader {
    try JSONReader(
      Array(line.bytes), path: path, firstLine: line.number, permitsNonFinite: true)
  }

  private func object(
    _ reader: inout JSONReader, at place: String, columns: [String]?, _ remedy: SettingText?
  ) throws -> JSONObject {
    guard try reader.peekKind() == .object else {
      let value = try reader.readJSON()
      throw SPINError(.malformedInput, at: place, "is \(value.brief), expected an object")
    }
    var fields = JSONObject(file: place)
    var keys: [String] = []
    try reader.readObject { key, reader in
      keys.append(key)
      if columns?.contains(key) ?? true {
        fields[key] = try reader.readJSON()
      } else {
        try reader.skipValue()
      }
    }
    for column in columns ?? [] where fields[column] == nil {
      throw missing(column, found: keys, at: place, remedy)
    }
    return fields
  }
}

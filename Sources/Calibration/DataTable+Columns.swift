// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINStorage

extension DataTable {
  /// The names of the columns of a data file, or the keys of its first object.
  ///
  /// - Throws: `SPINError` where the file cannot be read or its first record is malformed.
  public static func columnNames(path: String) throws -> [String] {
    let bytes = try FileSystem.read(path)
    let name = path.lowercased()
    if name.hasSuffix(".json") {
      return try JSON(parsing: bytes, path: path).array?.first?.object?.keys ?? []
    }
    if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
      let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      let isText = { (byte: UInt8) in byte > UInt8(ascii: " ") }
      let line = bytes[start...].split(separator: UInt8(ascii: "\n")).first {
        $0.contains(where: isText)
      }
      return try line.flatMap { try JSON(parsing: Array($0), path: path).object?.keys } ?? []
    }
    let delimiter = UInt8(ascii: name.hasSuffix(".tsv") ? "\t" : ",")
    var text = DelimitedText(bytes, delimiter: delimiter, path: path)
    var cells: [DelimitedText.Cell] = []
    guard try text.next(into: &cells) else { return [] }
    return try cells.map { try text.text(of: $0) }
  }
}

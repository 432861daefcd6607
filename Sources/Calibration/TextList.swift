// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINStorage

/// Texts of one kind, such as questions or prompts: a column of a data file, or the lines of a text.
///
/// `.txt` files hold one text a line, empty lines left out; every other name is read as `DataTable`
/// reads it.
public struct TextList: Sendable {
  /// Where the file is.
  public let path: String
  /// The SHA-256 of the file's bytes.
  public let digest: String
  /// The texts in the order of the file.
  public let texts: [String]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - column: The column or key that holds the texts; unused for `.txt`.
  /// - Throws: `SPINError` as `DataTable` does.
  public init(path: String, column: String) throws {
    self.path = path
    guard path.lowercased().hasSuffix(".txt") else {
      let columns = try DataTable.columnNames(path: path)
      guard columns.contains(column) else {
        let found = columns.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
        throw SPINError(
          .malformedInput, at: path,
          "has no column \"\(column)\", only \(found.isEmpty ? "none" : found)",
          remedy: "name the one to use with --column")
      }
      let table = try DataTable(path: path, columns: .promptsOnly(column))
      digest = table.digest
      texts = table.rows.map(\.prompt)
      return
    }
    let bytes = try FileSystem.read(path)
    digest = FileDigest.sha256(bytes)
    texts = Self.lines(bytes)
  }

  /// The lines of a text that are not empty.
  public static func lines(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: UInt8(ascii: "\n")).map { line in
      String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }.filter { !$0.isEmpty }
  }
}

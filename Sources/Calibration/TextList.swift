// SPDX-License-Identifier: Apache-2.0

public import SPINErrors

/// Texts of one kind, such as questions or prompts: a column of a data file, or the lines of a text.
///
/// `.txt` files hold one text a line, blank lines left out; every other name is read as `DataTable`
/// reads it.
public struct TextList: Sendable {
  /// Where the file is.
  public let path: String
  /// The SHA-256 of the file's bytes.
  public let digest: String
  /// The texts in the order of the file.
  public let texts: [String]
  /// Where each text is, for messages: "questions.csv: line 3".
  package let places: [String]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - column: The column or key that holds the texts; unused for `.txt`.
  ///   - setting: What names the column, for the message where the file does not have it.
  /// - Throws: `SPINError` as `DataTable` does, and where a text is blank.
  public init(
    path: String, column: String, namedBy setting: Setting = .column
  ) throws {
    self.path = path
    if path.lowercased().hasSuffix(".txt") {
      let file = try TextFile(path: path)
      digest = file.digest
      (texts, places) = try Self.located(file)
      return
    }
    let columns = try DataTable.columnNames(path: path)
    guard columns.contains(column) else {
      let found = columns.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
      throw SPINError(
        .malformedInput, at: path,
        "has no column \"\(column)\", only \(found.isEmpty ? "none" : found)",
        remedy: "name the one to use with \(setting: setting)")
    }
    let table = try DataTable(path: path, columns: .promptsOnly(column, namedBy: setting))
    digest = table.digest
    texts = table.rows.map(\.prompt)
    places = table.rows.map { "\(path): line \($0.line)" }
    try Self.refuseBlanks(table)
  }

  /// The lines of a text that hold more than blanks.
  ///
  /// - Throws: As `lines(of:)`.
  package init(lines file: TextFile) throws {
    path = file.path
    digest = file.digest
    (texts, places) = try Self.located(file)
  }

  private static func located(_ file: TextFile) throws -> (texts: [String], places: [String]) {
    (try lines(of: file), try file.lineSlices().map { "\(file.path): line \($0.number)" })
  }

  /// A cell of nothing but whitespace is no text: as a question it would count in every rate.
  private static func refuseBlanks(_ table: DataTable) throws {
    let blank = table.rows.filter { $0.prompt.allSatisfy(\.isWhitespace) }
    guard let first = blank.first else { return }
    throw SPINError(
      .malformedInput, at: "\(table.path): line \(first.line)",
      blank.count == 1
        ? "the text is blank" : "the text is blank, as in \(blank.count - 1) other rows",
      remedy: "fill the cell, or remove the row")
  }

  /// The lines of a text that hold more than blanks.
  ///
  /// - Throws: `SPINError` where there is none, or one is not UTF-8.
  public static func lines(of file: TextFile) throws -> [String] {
    let lines = try file.lines()
    guard !lines.isEmpty else {
      throw SPINError(
        .malformedInput, at: file.path, "has no text, expected one a line",
        remedy: "check that it is the file that you mean")
    }
    return lines
  }
}

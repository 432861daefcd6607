// SPDX-License-Identifier: Apache-2.0

import SPINStorage

extension Report {
  /// Writes `report.html`, `report.md` and `report.json` into a folder, each whole or not at all.
  func write(to directory: RunDirectory) throws {
    let paths = directory.report
    for (text, path) in [
      (html, paths.html), (markdown, paths.markdown),
      (jsonText(toolVersion: SPINVersion.current), paths.json),
    ] {
      try OutputFile.write(Array(text.utf8), to: path)
    }
  }

  /// The names of the files of a comparison's table.
  static let tableNames = ["table.md", "table.csv", "table.tex"]

  /// Writes the table of a comparison as Markdown, CSV and LaTeX, each whole or not at all.
  func writeTable(into directory: String) throws {
    guard let table = comparisonTable else { return }
    for (text, name) in zip([table.markdown, table.csv, table.latex], Self.tableNames) {
      try OutputFile.write(Array(text.utf8), to: "\(directory)/\(name)")
    }
  }
}

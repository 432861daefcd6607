// SPDX-License-Identifier: Apache-2.0

/// Rows of cells in columns as wide as their widest cell: the first to the left, the others to the
/// right, two spaces between.
struct TextTable {
  private let rows: [[String]]

  /// - Parameter rows: At least one row, all of the same length.
  init(_ rows: [[String]]) { self.rows = rows }

  /// A line a row.
  var lines: [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let padding = Columns.padding(row[column], widths[column])
        return column == 0 ? row[column] + padding : padding + row[column]
      }.joined(separator: "  ")
    }
  }
}

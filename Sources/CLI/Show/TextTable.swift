// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Rows of cells in columns as wide as their widest cell: the first to the left, the others to the
/// right, two spaces between.
///
/// A row is a line, whatever is in its cells.
struct TextTable {
  private let rows: [[String]]

  /// - Parameter rows: At least one row, all of the same length.
  init(_ rows: [[String]]) {
    // A name with a newline in it would look like two rows.
    self.rows = rows.map { row in
      row.map { PrintableText.escaped($0, keepsNewlines: false) }
    }
  }

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

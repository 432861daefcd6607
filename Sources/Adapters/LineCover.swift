// SPDX-License-Identifier: Apache-2.0

/// The fewest rows and columns that together hold some entries of a matrix.
///
/// A matrix with entries in L rows and columns, and zeros elsewhere, has a factorization of rank L in
/// which each entry is one product. By König's theorem the fewest such lines are as many as the most
/// entries of which no two share a line; augmenting paths find both.
///
/// - Complexity: O(entries * lines) at worst.
package struct LineCover {
  /// The rows, ascending.
  package let rows: [Int]
  /// The columns, ascending.
  package let columns: [Int]
  /// How many lines there are.
  package var count: Int { rows.count + columns.count }

  /// - Parameter entries: Row and column of each entry.
  package init(_ entries: [(row: Int, column: Int)]) {
    var columnsOfRow: [Int: [Int]] = [:]
    for entry in entries { columnsOfRow[entry.row, default: []].append(entry.column) }
    let rows = columnsOfRow.keys.sorted()
    var matching = Matching()
    for row in rows { matching.augment(from: row, columnsOfRow) }
    let rowOfColumn = matching.rowOfColumn

    // Rows that alternating paths from unmatched rows reach stay out; columns that they reach are in.
    let matched = Set(rowOfColumn.values)
    var reached = Set(rows.filter { !matched.contains($0) })
    var reachedColumns = Set<Int>()
    var open = Array(reached)
    while let row = open.popLast() {
      for column in columnsOfRow[row] ?? [] where reachedColumns.insert(column).inserted {
        if let next = rowOfColumn[column], reached.insert(next).inserted { open.append(next) }
      }
    }
    self.rows = rows.filter { !reached.contains($0) }
    columns = reachedColumns.sorted()
  }
}

/// Entries of which no two share a line.
private struct Matching {
  private(set) var rowOfColumn: [Int: Int] = [:]
  private var columnOfRow: [Int: Int] = [:]

  /// Finds a column for one more row, giving rows that had one others; breadth first.
  mutating func augment(from root: Int, _ columnsOfRow: [Int: [Int]]) {
    var rowBefore: [Int: Int] = [:]
    var queue = [root]
    var next = 0
    while next < queue.count {
      let row = queue[next]
      next += 1
      for column in columnsOfRow[row] ?? [] where rowBefore[column] == nil {
        rowBefore[column] = row
        guard let taken = rowOfColumn[column] else { return reassign(from: column, rowBefore) }
        queue.append(taken)
      }
    }
  }

  /// Walks the path back from a free column to its root.
  private mutating func reassign(from free: Int, _ rowBefore: [Int: Int]) {
    var column: Int? = free
    while let place = column, let row = rowBefore[place] {
      column = columnOfRow[row]
      columnOfRow[row] = place
      rowOfColumn[place] = row
    }
  }
}

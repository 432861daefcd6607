// SPDX-License-Identifier: Apache-2.0

extension ComparisonTable {
  /// The table as a block of a page.
  var block: Table {
    return Table(
      caption: title,
      columns: [.text("method"), .number("weights")]
        + columns.map { .number($0.title + $0.direction) },
      rows: rows.map { row in
        [
          Table.Cell(row.label, detail: row.seeds.count > 1 ? "\(row.seeds.count) seeds" : nil),
          Table.Cell(sizeText(row)),
        ]
          + zip(columns, row.entries).map { column, entry in
            guard let entry else { return .text(nil) }
            let neutral = column.kind == .perplexity ? 1.0 : 0
            let details = [
              intervalText(entry, column),
              spreadText(entry, row, column).map { "seeds \($0)" }, entry.value.gaps?.text,
            ].compactMap(\.self)
            return Table.Cell(
              column.text(entry.value.mean.value),
              detail: details.isEmpty ? nil : details.joined(separator: ";\n"),
              chip: Table.Mark(
                entry.effect, isHeuristic: column.isHeuristic,
                change: (entry.change?.mean.value ?? neutral) - neutral))
          }
      }, note: [.text(caption)])
  }

  /// The table as Markdown, with its caption.
  public var markdown: String { MarkdownRenderer.table(block) + "\n" }

  /// The table for a terminal: the header, then one row for each method.
  ///
  /// Cells are like "38.0 [26.1, 51.2]*", with a star if a change is shown. The ranges over seeds
  /// have columns of their own if any method has several seeds.
  public var terminalRows: [[String]] {
    let hasSpread = hasSeveralSeeds
    let header =
      ["method", "seeds", "weights"]
      + columns.flatMap { [$0.title] + (hasSpread ? ["over seeds"] : []) }
    return [header]
      + rows.map { row in
        let head = [
          row.label, row.seeds.isEmpty ? "-" : "\(row.seeds.count)",
          Self.ascii(sizeText(row)),
        ]
        return head
          + zip(columns, row.entries).flatMap { column, entry -> [String] in
            guard let entry else { return hasSpread ? ["-", "-"] : ["-"] }
            var text = column.text(entry.value.mean.value)
            if let lower = entry.value.mean.lower, let upper = entry.value.mean.upper {
              text += " [\(column.text(lower)), \(column.text(upper))]"
            }
            text += entry.effect == .unclear ? "" : "*"
            let spread = spreadText(entry, row, column) ?? "-"
            return (hasSpread ? [text, spread] : [text]).map(Self.ascii)
          }
      }
  }

  /// The explanation of the terminal's numbers.
  public var terminalCaption: String { Self.ascii(caption) }

  /// The text with ASCII instead of the typographic minus and dash, whose bytes break the alignment
  /// of columns.
  private static func ascii(_ text: String) -> String {
    text.replacing("−", with: "-").replacing("–", with: "-")
  }
}

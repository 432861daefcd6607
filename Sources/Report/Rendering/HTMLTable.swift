// SPDX-License-Identifier: Apache-2.0

/// A table as HTML, which scrolls by itself if the screen is too narrow.
struct HTMLTable {
  private let table: Table

  init(_ table: Table) { self.table = table }

  var element: Element {
    let head = Element("tr", elements: table.columns.map(heading))
    let rows = table.rows.map { cells in
      Element(
        "tr",
        elements: zip(table.columns, cells).enumerated().map { place, pair in
          cell(pair.1, pair.0, isHeading: place == 0)
        })
    }
    var elements = [
      Element(
        "div",
        [
          ("class", "scroll"), ("role", "region"), ("tabindex", "0"),
          ("aria-label", table.caption),
        ],
        elements: [
          Element(
            "table", table.isCompact ? [("class", "compact")] : [],
            elements: [
              // The inner element stays visible while the table scrolls.
              Element("caption", elements: [Element("span", text: table.caption)]),
              Element("thead", elements: [head]),
              Element("tbody", elements: rows),
            ])
        ])
    ]
    let note = HTMLRenderer.joined(table.note, table.drawingNote)
    if !note.isEmpty {
      elements.append(Element("p", [("class", "note")], HTMLRenderer.inline(note)))
    }
    return Element("div", [("class", "table")], elements: elements)
  }

  private func style(_ column: Table.Column) -> String {
    (column.alignment == .number ? "number" : "text") + (column.isOptional ? " optional" : "")
  }

  private func heading(_ column: Table.Column) -> Element {
    Element("th", [("scope", "col"), ("class", style(column))], text: column.title)
  }

  private func cell(_ cell: Table.Cell, _ column: Table.Column, isHeading: Bool) -> Element {
    var nodes: [Element.Node] = []
    if let mark = cell.mark { nodes.append(.element(mark)) }
    if !cell.text.isEmpty { nodes.append(.text(cell.text)) }
    if let chip = cell.chip {
      nodes.append(.text(" "))
      nodes.append(
        .element(Element("span", [("class", "effect \(chip.style)")], text: chip.word)))
    }
    if let detail = cell.detail {
      nodes.append(.element(Element("span", [("class", "detail")], text: detail)))
    }
    return isHeading
      ? Element("th", [("scope", "row"), ("class", style(column))], nodes)
      : Element("td", [("class", style(column))], nodes)
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINPatch
import SPINSelection
import SPINStorage

/// The number of edited weights of each matrix, by layer and projection.
struct WeightMap {
  /// The data of one matrix.
  struct Cell {
    /// The number of edited weights.
    let count: Int
    /// How the two top sets overlap; nil if the selection does not cover the matrix.
    let matrix: MatrixSelection?
  }

  /// The layers and projections that are present.
  let layers: [Int]
  let projections: [MatrixName.Projection]
  let cells: [MatrixName: Cell]

  /// Counts the edited weights of a patch or, without one, the weights of a selection; nil if no
  /// matrix is known.
  init?(patch: Patch?, selection: CoupledSet?) {
    var cells: [MatrixName: Cell] = [:]
    for matrix in selection?.matrices ?? [] {
      let count = patch == nil ? matrix.indices.count : 0
      cells[matrix.name] = Cell(count: count, matrix: matrix)
    }
    for tensor in patch?.tensors ?? [] {
      guard let name = MatrixName(stored: tensor.name) else { continue }
      cells[name] = Cell(count: tensor.indices.count, matrix: cells[name]?.matrix)
    }
    guard !cells.isEmpty else { return nil }
    self.cells = cells
    layers = Set(cells.keys.map(\.layer)).sorted()
    let present = Set(cells.keys.map(\.projection))
    projections = MatrixName.Projection.allCases.filter { present.contains($0) }
  }

  /// The largest number of edited weights in a matrix.
  var largest: Int { cells.values.map(\.count).max() ?? 0 }

  /// The number of edited weights in a layer.
  func count(inLayer layer: Int) -> Int {
    cells.reduce(0) { $0 + ($1.key.layer == layer ? $1.value.count : 0) }
  }

  /// The number of edited weights in a projection, over all layers.
  func count(in projection: MatrixName.Projection) -> Int {
    cells.reduce(0) { $0 + ($1.key.projection == projection ? $1.value.count : 0) }
  }
}

extension WeightMap {
  private static let width = 480.0
  private static let rowHeight = 18.0

  /// A row for each layer, a column for each projection; the stronger the color, the more weights
  /// are edited.
  var drawing: Drawing {
    let (left, top, right) = (46.0, 40.0, Self.width - 62)
    let column = (right - left) / Double(projections.count)
    // Deep models get lower rows, without numbers in them.
    let row = layers.count > 48 ? 10.0 : Self.rowHeight
    var elements = projections.enumerated().map { place, projection in
      Shapes.text(
        Self.short(projection), left + (Double(place) + 0.5) * column, top - 8, .middle, "tick")
    }
    elements.append(Shapes.text("layer", left - 7, top - 8, .end, "axis-name"))
    elements.append(Shapes.text("all", Self.width - 6, top - 8, .end, "axis-name"))
    for (line, layer) in layers.enumerated() {
      let y = top + Double(line) * row
      if layers.count <= 48 || line % 2 == 0 {
        elements.append(Shapes.text("\(layer)", left - 7, y + row - 5, .end, "tick"))
        elements.append(
          Shapes.text(
            NumberText.count(count(inLayer: layer)), Self.width - 6, y + row - 5, .end, "tick"))
      }
      for (place, projection) in projections.enumerated() {
        let name = MatrixName(layer: layer, projection: projection)
        guard let cell = cells[name] else { continue }
        elements += square(
          name, cell, left + Double(place) * column, y, column, row, hasNumber: row > 12)
      }
    }
    let total = cells.values.reduce(0) { $0 + $1.count }
    return Drawing(
      title: "Edited weights by layer and matrix",
      description:
        "\(NumberText.count(total, "weight")) in \(layers.count.counted("layer")); at most "
        + "\(NumberText.count(largest)) in one matrix. The table below has all numbers.",
      width: Self.width, height: top + Double(layers.count) * row + 6, elements: elements)
  }

  private func square(
    _ name: MatrixName, _ cell: Cell, _ x: Double, _ y: Double, _ width: Double, _ height: Double,
    hasNumber: Bool
  ) -> [Element] {
    var title = "layer \(name.layer), \(name.projection.rawValue): \(cell.count) edited"
    if let matrix = cell.matrix {
      title +=
        "; the two sets share \(matrix.overlapCount), by chance "
        + "\(NumberText.brief(matrix.expectedOverlap)), p \(NumberText.probability(matrix.overlapProbability))"
    }
    // The square root separates small counts, which are the most common.
    let share = largest > 0 ? (Double(cell.count) / Double(largest)).squareRoot() : 0
    let rectangle = Shapes.rectangle(
      x + 1, y + 1, width - 2, height - 2, cell.count > 0 ? "cell" : "cell none",
      // Under a number, the color is weak enough for the text of both themes to be legible.
      opacity: cell.count > 0 ? (hasNumber ? 0.08 + 0.42 * share : 0.1 + 0.9 * share) : nil)
    var elements = [Shapes.titled(title, rectangle)]
    if hasNumber, cell.count > 0 {
      elements.append(
        Shapes.text(
          NumberText.count(cell.count), x + width / 2, y + height - 5, .middle, "cell-number"))
    }
    return elements
  }

  /// The numbers of the map as a table with a row for each layer.
  var table: Table {
    let totals = projections.map { Table.Cell.count(count(in: $0)) }
    let all = cells.values.reduce(0) { $0 + $1.count }
    return Table(
      caption: "Edited weights by layer and matrix",
      columns: [.text("layer")] + projections.map { .number(Self.short($0)) } + [.number("all")],
      rows: layers.map { layer in
        [Table.Cell("\(layer)")]
          + projections.map { projection in
            Table.Cell.count(cells[MatrixName(layer: layer, projection: projection)]?.count)
          } + [.count(count(inLayer: layer))]
      } + [[Table.Cell("all")] + totals + [.count(all)]])
  }

  /// "q", "gate": the name of a projection without its common ending.
  static func short(_ projection: MatrixName.Projection) -> String {
    String(projection.rawValue.prefix { $0 != "_" })
  }
}

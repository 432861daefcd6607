// SPDX-License-Identifier: Apache-2.0

/// The dependence between the representations of two question sets, layer by layer.
enum CouplingSection {
  static func section(_ run: ReportedRun, id: String) -> Section? {
    guard let measure = run.coupling else { return nil }
    let panels = LayerPlot.all(of: measure).compactMap { plot in
      plot.drawing.map { Panel(title: plot.title, drawing: $0) }
    }
    guard !panels.isEmpty else { return nil }
    let isCompared = measure.layers.contains { layer in
      layer.values.values.contains { $0.sides.before != nil }
    }
    var caption = "Dependence between the hidden states of "
    caption +=
      measure.names.count == 2 ? "\(measure.names[0]) and \(measure.names[1])" : "two sets of"
    caption += " questions in each layer"
    caption += measure.pairCount.map { " (\(NumberText.count($0)) pairs). " } ?? ". "
    caption +=
      "Which question is paired with which is chance, so the value is one among those of other pairings."
    let legend =
      (isCompared ? "Hollow: before; filled: after the edit. " : "")
      + "Band: nine of ten other pairings of the same questions"
      + (measure.permutationCount.map { " (\(NumberText.count($0)) tried)" } ?? "") + "."
    return Section(
      id: id, title: "Dependence of the two representations",
      blocks: [
        .panels(panels, caption: [.text(caption)], legend: [.text(legend)], data: table(measure))
      ])
  }

  private static func table(_ measure: CouplingReading) -> Table {
    let statistics = CouplingReading.statistics.filter { name, _ in
      measure.layers.contains { $0.values[name] != nil }
    }
    return Table(
      caption: "Dependence by layer",
      columns: [.text("layer")] + statistics.map { .number($0.1) },
      rows: measure.layers.map { layer in
        [Table.Cell("\(layer.number)")]
          + statistics.map { name, _ in layer.values[name].map(cell) ?? .text(nil) }
      },
      note: [
        .text(
          "Below each change, in brackets: the range of 95 of 100 other pairings, and the "
            + "p-value corrected for all layers (Holm).")
      ])
  }

  private static func cell(_ value: CouplingReading.Value) -> Table.Cell {
    let brief = { (number: Double?) in
      number.map { NumberText.brief($0, digits: 3) } ?? NumberText.none
    }
    guard let before = value.sides.before else {
      return Table.Cell(
        brief(value.sides.last),
        detail: value.null.map { "others \(brief($0.lower)) to \(brief($0.upper))" })
    }
    var detail: String?
    if let change = value.change {
      let percent = { (share: Double) in NumberText.signed(share * 100, 1) + "%" }
      detail = percent(change.value)
      if let lower = change.nullLower, let upper = change.nullUpper {
        detail? += " (\(percent(lower)) to \(percent(upper))"
        detail? += change.correctedPValue.map { ", p \(NumberText.probability($0)))" } ?? ")"
      }
    }
    return Table.Cell("\(brief(before)) → \(brief(value.sides.last))", detail: detail)
  }
}

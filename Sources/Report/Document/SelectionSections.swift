// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINScores
import SPINSelection
import SPINStatistics

/// The edited weights, and how far their scores exceed the others.
enum SelectionSections {
  static func map(_ run: ReportedRun, id: String) -> Section? {
    guard let map = WeightMap(patch: run.patch, selection: run.selection) else { return nil }
    var blocks: [Block] = []
    if let set = run.selection { blocks.append(.paragraph([.text(overlap(set))])) }
    blocks.append(
      .figure(
        Figure(
          drawing: map.drawing,
          caption: [
            .text(
              "Edited weights of each matrix: a row a layer, a column a projection.")
          ],
          legend: [
            .text(
              "The stronger the color, the more weights. Empty squares took part and have none.")
          ], data: map.table)))
    if let set = run.selection {
      blocks.append(.table(projections(set)))
      if !set.warnings.isEmpty { blocks.append(.list(set.warnings.map { [.text($0)] })) }
    }
    return Section(id: id, title: "Edited weights", blocks: blocks)
  }

  /// How the two sets of top weights overlap, over all matrices.
  private static func overlap(_ set: CoupledSet) -> String {
    let selection = set.selection
    let corrected = HolmCorrection.adjusted(
      set.matrices.filter { $0.first.cut.count > 0 && $0.second.cut.count > 0 }
        .map(\.overlapProbability))
    return "The top weights of \(selection.pair[0]) (\(NumberText.count(set.firstCount))) and of "
      + "\(selection.pair[1]) (\(NumberText.count(set.secondCount))) share "
      + "\(NumberText.count(set.overlapCount)); unrelated sets would share "
      + "\(NumberText.brief(set.expectedOverlap)). Outside the \(NumberText.count(set.generalCount)) "
      + "top weights of \(selection.general) remain \(NumberText.count(set.coupledCount)) coupled "
      + "weights. In \(corrected.count { $0 < 0.05 }) of \(corrected.count) matrices the overlap is "
      + "more than chance (hypergeometric, p < 0.05 after Holm's correction)."
      + " The rule \(selection.rule.rawValue) selects \(NumberText.count(set.count)), of which "
      + "\(NumberText.count(set.selectedCoupledCount)) are coupled."
  }

  private static func projections(_ set: CoupledSet) -> Table {
    let groups = Dictionary(grouping: set.matrices, by: \.name.projection)
    let order = set.matrices.map(\.name.projection)
    var shown: [MatrixSelection] = []
    for projection in order where !shown.contains(where: { $0.name.projection == projection }) {
      shown += (groups[projection] ?? []).prefix(1)
    }
    return Table(
      caption: "Sets by projection, all layers together",
      columns: [
        .text("projection"), .number("matrices"), .number(set.selection.pair[0]),
        .number(set.selection.pair[1]), .number(set.selection.general), .number("shared"),
        .number("by chance"), .number("coupled"), .number("selected"), .number("tied at a cut"),
      ],
      rows: shown.map { first in
        let matrices = groups[first.name.projection] ?? []
        func sum(_ value: (MatrixSelection) -> Int) -> Table.Cell {
          .count(matrices.reduce(0) { $0 + value($1) })
        }
        return [
          Table.Cell(first.name.projection.rawValue), .count(matrices.count),
          sum(\.first.cut.count), sum(\.second.cut.count), sum(\.general.count),
          sum(\.overlapCount),
          .text(NumberText.brief(matrices.reduce(0) { $0 + $1.expectedOverlap })),
          sum(\.coupledCount), sum(\.indices.count),
          sum { $0.first.cut.tieCount + $0.second.cut.tieCount + $0.general.tieCount },
        ]
      })
  }

  static func scores(_ run: ReportedRun, id: String) -> Section? {
    let plots = ScoreRankPlot.all(of: run.curves)
    guard !plots.isEmpty else { return nil }
    return Section(
      id: id, title: "Scores and the cut",
      blocks: [
        .panels(
          plots.map { Panel(title: $0.curve.dataSet, drawing: $0.drawing) },
          caption: [
            .text(
              "Importance scores of each data set by rank, as far as all matrices have a score; only the "
                + "largest are stored.")
          ],
          legend: [
            .text(
              "Both axes are logarithmic. Line: median of the matrices; band: eight of ten matrices; dashed: "
                + "the last rank that is taken.")
          ], data: nil),
        .table(cuts(run.curves)),
      ])
  }

  private static func cuts(_ curves: [ScoreCurve]) -> Table {
    Table(
      caption: "Where scores are cut",
      columns: [
        .text("data set"), .number("weights per matrix"), .number("median score at rank 1"),
        .number("scores tied across a cut"), .number("smallest margin"),
      ],
      rows: curves.map { curve in
        let cuts = curve.cuts.map(\.count)
        var sizes = NumberText.none
        if let first = cuts.first, let last = cuts.last {
          sizes =
            first == last
            ? NumberText.count(first) : "\(NumberText.count(first)) to \(NumberText.count(last))"
        }
        return [
          Table.Cell(curve.dataSet), .text(sizes),
          .number(curve.points.first?.median) { NumberText.brief($0) },
          .count(
            curve.tiedWeights,
            detail: curve.tiedMatrices > 0
              ? "in \(NumberText.count(curve.tiedMatrices, "matrix"))" : nil),
          .number(curve.smallestMargin) { NumberText.percent($0, 3) },
        ]
      },
      note: [
        .text(
          "margin: the distance of the last score taken to the first one left, as a share of the "
            + "former. Of tied scores the smaller index is taken.")
      ])
  }
}

// SPDX-License-Identifier: Apache-2.0

/// The scores of a data set by rank, on logarithmic axes, with the cut.
struct ScoreRankPlot {
  let curve: ScoreCurve
  /// The ranges of the axes, the same for all data sets of a run.
  let ranks: ClosedRange<Double>
  let scores: ClosedRange<Double>

  private static let width = 240.0
  private static let height = 210.0

  /// The plots, all with the same axes; a data set without a positive score has none.
  static func all(of curves: [ScoreCurve]) -> [ScoreRankPlot] {
    // The region around the cut matters: show ranks up to a hundred times the cut, if they are
    // stored.
    let end = 100 * max(1, curves.flatMap { $0.cuts.map(\.count) }.max() ?? 1)
    let curves = curves.map { $0.upTo(rank: end) }
      .filter { $0.points.contains { $0.median > 0 } }
    let values = curves.flatMap { $0.points.flatMap { [$0.low, $0.median, $0.high] } }
      .filter { $0 > 0 && $0.isFinite }
    let last = curves.flatMap { $0.points.map(\.rank) }.max() ?? 0
    guard let low = values.min(), let high = values.max(), last > 1 else { return [] }
    let scores = low / 1.3...high * 1.3
    guard scores.lowerBound > 0, scores.upperBound.isFinite else { return [] }
    return curves.map {
      ScoreRankPlot(curve: $0, ranks: 1...Double(last), scores: scores)
    }
  }

  /// The median of the matrices as a line, the middle eighty percent as a band, the cut as a dashed
  /// line.
  var drawing: Drawing {
    let frame = PlotFrame(
      left: 46, top: 30, right: Self.width - 18, bottom: Self.height - 40, x: ranks, y: scores,
      isLogarithmic: (true, true))
    var elements =
      frame.verticalAxis(frame.y.ticks(4)) + frame.horizontalAxis(frame.x.ticks(4))
      + frame.names(x: "rank", y: "score")
    let points = curve.points.filter { $0.median > 0 }
    let line = { (value: (ScoreCurve.Point) -> Double) in
      points.map { frame.point(Double($0.rank), max(value($0), scores.lowerBound)) }
    }
    elements.append(Shapes.band(line(\.high), line(\.low), "band"))
    elements.append(Shapes.path(line(\.median), "curve"))
    let cuts = curve.cuts.map(\.count).filter { $0 > 0 }
    for count in cuts.count <= 4 ? cuts : [cuts[0], cuts[cuts.count - 1]] {
      let x = frame.x.position(Double(count))
      elements.append(Shapes.line(x, frame.top, x, frame.bottom, "cut"))
    }
    if let first = cuts.first, let last = cuts.last {
      let x = frame.x.position(Double(last))
      let text = first == last ? "cut at \(first)" : "cut at \(first) to \(last)"
      let isLeft = x > frame.left + 90
      elements.append(
        Shapes.text(
          text, x + (isLeft ? -5 : 5), frame.top + 9, isLeft ? .end : .start, "label halo"))
    }
    return Drawing(
      title: "Scores of \(curve.dataSet) by rank",
      description: "The median over matrices falls from \(NumberText.brief(points[0].median)) at "
        + "rank 1 to \(NumberText.brief(points[points.count - 1].median)) at rank "
        + "\(NumberText.count(points[points.count - 1].rank)).",
      width: Self.width, height: Self.height, elements: elements)
  }
}

// SPDX-License-Identifier: Apache-2.0

/// The sections on how well a text is predicted, before and after.
enum TextSections {
  static func perplexity(_ run: ReportedRun, id: String) -> Section? {
    guard let measure = run.perplexity else { return nil }
    let last = measure.values.last
    var blocks: [Block] = [.table(table(measure))]
    if let plot = PerplexityPlot(measure), let drawing = plot.drawing {
      let group =
        plot.groupSize > 1
        ? " Each point is the mean of \(plot.groupSize) neighboring windows." : ""
      let both = measure.values.before != nil
      blocks.append(
        .figure(
          Figure(
            drawing: drawing,
            caption: [
              .text(
                "Perplexity of each window\(both ? " before and after the edit, and its change." : ".")"
                  + group)
            ],
            legend: both
              ? [
                .text(
                  "Above: perplexity, hollow before and filled after the edit. Below: the change"
                    + (measure.missingInterval == nil
                      ? "; line and band: that over all windows with its 95% interval." : "."))
              ] : [], data: nil)))
    }
    blocks.append(
      .paragraph([
        .text(
          "Windows of \(NumberText.count(last.window)) tokens that do not overlap; the value "
            + "depends on their length. "
            + (last.positions.map {
              "The length is the default; the model has \(NumberText.count($0)) positions. "
            } ?? "")
            + (last.leftOutTokens.flatMap { count in
              count > 0 ? "The limit left out \(NumberText.count(count, "token")). " : nil
            } ?? "")
            + "\(NumberText.count(last.droppedTokens)) tokens at the end of the text were dropped.")
      ]))
    return Section(id: id, title: "Perplexity", blocks: blocks)
  }

  private static func table(_ measure: PerplexityReading) -> Table {
    var table = Table(
      caption: "Perplexity of the text",
      columns: [
        .text("model"), .number("perplexity"), .number("per word"), .number("bits per byte"),
        .number("windows"), .number("predicted tokens"),
      ],
      rows: measure.values.named.map { side, value in
        [
          Table.Cell(side == "result" ? "as it is" : side),
          .text(NumberText.brief(value.perplexity, digits: 6)),
          .number(value.wordPerplexity) { NumberText.brief($0, digits: 5) },
          .number(value.bitsPerByte) { NumberText.fixed($0, 4) },
          .count(value.windowLosses.count),
          .count(value.predictedTokens),
        ]
      })
    if let ratio = measure.ratio {
      let percent = { (value: Double) in NumberText.signed((value - 1) * 100, 2) + "%" }
      var text = "The edit changes perplexity by \(percent(ratio.value))"
      if let lower = ratio.lower, let upper = ratio.upper {
        text += ", 95% interval \(percent(lower)) to \(percent(upper))"
        text += measure.method.map { " (\($0))" } ?? ""
      } else if let missing = measure.missingInterval {
        text += "; no interval: \(missing)"
      }
      table.note = [.text(text + ".")]
    }
    return table
  }

  static func divergence(_ run: ReportedRun, id: String) -> Section? {
    guard let measure = run.divergence else { return nil }
    let brief = { (value: Double) in Table.Cell(NumberText.brief(value, digits: 4)) }
    return Section(
      id: id, title: "Divergence of the next token",
      blocks: [
        .table(
          Table(
            caption: "How far the edit moves the distribution of the next token, in nats",
            columns: [
              .text("divergence"), .number("mean"), .number("median"), .number("99 of 100 below"),
              .number("largest"), .number("positions"),
            ],
            rows: [
              [
                "KL(untouched ‖ edited)", brief(measure.mean), brief(measure.median),
                brief(measure.percentile99), brief(measure.maximum),
                .count(measure.positions),
              ]
            ],
            note: [
              .text(
                "On the text of the measure, in windows of \(NumberText.count(measure.window)) "
                  + "tokens. 0 where nothing changed.")
            ]))
      ])
  }
}

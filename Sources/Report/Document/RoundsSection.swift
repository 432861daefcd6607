// SPDX-License-Identifier: Apache-2.0

/// The rounds of a run with more than one.
enum RoundsSection {
  static func section(_ run: ReportedRun, id: String) -> Section? {
    guard let record = run.record, record.rounds.count > 1 else { return nil }
    let losses = record.rounds[0].meanLosses.map(\.dataSet)
    let sets = record.rounds[0].awareness.map(\.name)
    let words = run.awareness?.words ?? .reading
    let hasPerplexity = record.rounds.contains { $0.perplexity != nil }
    return Section(
      id: id, title: "Rounds",
      blocks: [
        .table(
          Table(
            caption: "Rounds of scoring and selecting, each on the model as edited so far",
            columns: [.text("round"), .number("new weights"), .number("weights so far")]
              + losses.map { .number("loss of \($0)") }
              + sets.map { .number("\($0) \(words.measure)") }
              + (hasPerplexity ? [.number("perplexity")] : []),
            rows: record.rounds.map { round in
              let head: [Table.Cell] = [
                .text("\(round.number)"), .count(round.newWeights), .count(round.weights),
              ]
              let means = losses.map { name in
                Table.Cell.number(round.meanLosses.first { $0.dataSet == name }?.loss) {
                  NumberText.fixed($0, 4)
                }
              }
              let rates = sets.map { name in
                let set = round.awareness.first { $0.name == name }
                var cell = Table.Cell.number(set?.rate) { NumberText.percent($0, 2) }
                if let change = set?.change {
                  let points = { (value: Double) in NumberText.signed(value * 100, 1) }
                  var interval = EvidenceText.tooFew("questions")
                  if let lower = set?.lower, let upper = set?.upper {
                    interval = "\(points(lower)) to \(points(upper))"
                  }
                  cell.detail = "\(points(change)) (\(interval))"
                }
                return cell
              }
              let last =
                hasPerplexity
                ? [Table.Cell.number(round.perplexity) { NumberText.brief($0, digits: 5) }] : []
              return head + means + rates + last
            },
            note: [
              .text(
                "loss: mean over samples of the mean loss of their responses, in nats, before the "
                  + "round. \(words.measure.capitalizedFirst) and perplexity: after it, with the change from the untouched "
                  + "model in percentage points and its 95% interval.")
            ]))
      ])
  }
}

// SPDX-License-Identifier: Apache-2.0

/// What the answers are like beside their verdicts: refusals and caution, two numbers, and how many are empty
/// or cut off.
enum AnswerCountsTable {
  /// The table; nil where the file is of a version that did not count.
  static func block(of awareness: AwarenessMeasure) -> Block? {
    let rows = awareness.sets.flatMap { set in
      set.rates.named.compactMap { side, rate in
        rate.counts.map { row(side == "result" ? set.name : "\(set.name), \(side)", rate, $0) }
      }
    }
    guard !rows.isEmpty else { return nil }
    return .table(
      Table(
        caption: "What the answers are like",
        columns: [
          .text("questions"), .number("refused"), .number("cautious"), .number("empty"),
          .number("cut off"), .number("n"), .text("invalid verdicts"),
        ], rows: rows,
        note: [
          .text(
            "refused and cautious: by phrases that do not stand in the question, whoever judges; an answer "
              + "that does both is refused. Cut off: it ended at the "
              + (awareness.maxNewTokens.map { "limit of \(NumberText.count($0)) tokens" }
                ?? "token limit") + ".")
        ]))
  }

  private static func row(
    _ name: String, _ rate: AwarenessMeasure.Rate, _ counts: AnswerCounts
  ) -> [Table.Cell] {
    [
      .text(name), .count(counts.refused), .count(counts.cautious), .count(counts.empty),
      counts.cutOff.map { .count($0) } ?? .text(nil), .count(rate.count),
      .text(counts.invalid.isEmpty ? nil : counts.invalid.joined(separator: ", ")),
    ]
  }
}

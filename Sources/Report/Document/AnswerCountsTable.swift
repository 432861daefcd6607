// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// Counts of answers beyond their verdicts: refusing, cautious, empty and cut-off ones.
enum AnswerCountsTable {
  /// The table; nil if the file is of a version that did not count.
  static func block(of awareness: AwarenessReading) -> Block? {
    let rows = awareness.sets.flatMap { set in
      set.rates.named.compactMap { side, rate in
        rate.counts.map {
          row(side == "result" ? set.name : "\(set.name), \(side)", rate, $0, awareness.words)
        }
      }
    }
    guard !rows.isEmpty else { return nil }
    return .table(
      Table(
        caption: "What the answers are like",
        columns: columns(awareness.words), rows: rows,
        note: [
          .text(
            "refused and cautious: by phrases that are not in the question\(judge(awareness.words)); an answer "
              + "that does both is refused. Cut off: it ended at the "
              + (awareness.maxNewTokens.map { "limit of \(NumberText.count($0)) tokens" }
                ?? "token limit") + ".")
        ]))
  }

  /// The table for the untouched model and every edit of a comparison; nil as above.
  static func block(of file: ComparisonFile) -> Block? {
    var rows: [[Table.Cell]] = []
    for list in file.questions {
      func add(_ name: String, _ side: String, _ arm: ComparisonFile.Arm) {
        let set = arm.measures["awareness"]?.object?[list.name]?.object
        guard let object = set?["counts"]?.object?[side]?.object,
          let counts = try? AnswerCounts(object)
        else { return }
        rows.append(
          [.text("\(list.name), \(name)")] + cells(counts) + [.count(list.count)]
            + invalid(counts, file.words))
      }
      if let first = file.arms.first { add("untouched", "before", first) }
      for arm in file.arms { add(arm.folder, "after", arm) }
    }
    guard !rows.isEmpty else { return nil }
    return .table(
      Table(
        caption: "What the answers are like", columns: columns(file.words), rows: rows,
        note: [
          .text(
            "refused and cautious: by phrases that are not in the question\(judge(file.words)). Cut off: "
              + "it ended at the token limit.")
        ]))
  }

  private static func columns(_ words: VerdictWords) -> [Table.Column] {
    [
      .text("questions"), .number("refused"), .number("cautious"), .number("empty"),
      .number("cut off"), .number("n"),
    ] + (words.isHeuristic ? [] : [.text("invalid verdicts")])
  }

  /// Says that phrases decide these counts even if another judge gives the verdicts.
  private static func judge(_ words: VerdictWords) -> String {
    words.isHeuristic ? "" : ", whatever the judge"
  }

  private static func row(
    _ name: String, _ rate: AwarenessReading.Rate, _ counts: AnswerCounts, _ words: VerdictWords
  ) -> [Table.Cell] {
    [.text(name)] + cells(counts) + [.count(rate.count)] + invalid(counts, words)
  }

  private static func cells(_ counts: AnswerCounts) -> [Table.Cell] {
    [
      .count(counts.refused), .count(counts.cautious), .count(counts.empty),
      counts.cutOff.map { .count($0) } ?? .text(nil),
    ]
  }

  /// The reasons for invalid verdicts; no cell if the judge counts phrases, which gives no
  /// verdicts.
  private static func invalid(_ counts: AnswerCounts, _ words: VerdictWords) -> [Table.Cell] {
    words.isHeuristic
      ? [] : [.text(counts.invalid.isEmpty ? nil : counts.invalid.joined(separator: ", "))]
  }
}

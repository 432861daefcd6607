// SPDX-License-Identifier: Apache-2.0

/// How often answers hold phrases of caution, before and after.
enum PhrasesSection {
  /// At most so many phrases of a set are shown.
  private static let limit = 60

  static func section(_ run: ReportedRun, id: String) -> Section? {
    guard let measure = run.phrases, !measure.sets.isEmpty else { return nil }
    return Section(
      id: id, title: "Cautionary phrases",
      blocks: [
        .paragraph([
          .text(
            "The share of answers that hold a phrase. Words only: a phrase says nothing about "
              + "whether the answer is right or fits.")
        ])
      ] + measure.sets.map { .table(table($0, of: run)) })
  }

  private static func table(_ set: PhrasesMeasure.Answers, of run: ReportedRun) -> Table {
    let present = set.phrases.filter { !$0.isAbsent }
    let shown = present.prefix(limit)
    let largest =
      shown.flatMap { phrase in phrase.shares.named.map(\.value.value) }.max() ?? 0
    let isCompared = set.phrases.contains { $0.shares.before != nil }
    var table = Table(
      caption: "Phrases in \(NumberText.count(set.count)) answers to \(set.name)",
      columns: [.text("phrase")]
        + (isCompared
          ? [.number("before"), .number("after"), .number("change"), .number("p, Holm")]
          : [.number("share")]) + [
          Table.Column(
            title: "0% to \(NumberText.percent(largest))", alignment: .text, isOptional: true)
        ],
      rows: shown.map { phrase in
        row(phrase) + [.mark(CellMarks.shares(phrase.shares.map(\.value), largest: largest))]
      })
    if let any = set.any { table.rows.append(row(any) + [""]) }
    var notes = ["Changes in percentage points, below them 95% intervals."]
    if !isCompared { notes = ["Below each share its 95% interval."] }
    let rated = run.awareness?.sets.first { $0.name == set.name }?.rates.last.count
    if let rated, rated != set.count {
      notes.append(
        "All \(NumberText.count(set.count)) answers, those to the "
          + "\(NumberText.count(set.count - rated)) questions that stand in the data among them.")
    }
    let absent = set.phrases.count - present.count
    if absent > 0 {
      notes.append("\(absent) of \(set.phrases.count) phrases stand in no answer.")
    }
    if present.count > limit {
      notes.append("The first \(limit) of \(NumberText.count(present.count)) are shown.")
    }
    table.note = [.text(notes.joined(separator: " "))]
    return table
  }

  private static func row(_ phrase: PhrasesMeasure.Phrase) -> [Table.Cell] {
    func share(_ share: PhrasesMeasure.Share) -> Table.Cell {
      var cell = Table.Cell.text(NumberText.percent(share.value, 2))
      if let lower = share.lower, let upper = share.upper {
        cell.detail = "\(NumberText.percent(lower)) to \(NumberText.percent(upper))"
      }
      return cell
    }
    guard let before = phrase.shares.before else {
      return [.text(phrase.text), share(phrase.shares.last)]
    }
    let points = { (value: Double) in NumberText.signed(value * 100, 2) }
    var change = Table.Cell.number(phrase.change?.value, points)
    if let lower = phrase.change?.lower, let upper = phrase.change?.upper {
      change.detail = "\(points(lower)) to \(points(upper))"
    }
    return [
      .text(phrase.text), share(before), share(phrase.shares.last), change,
      .number(phrase.change?.correctedPValue, NumberText.probability),
    ]
  }
}

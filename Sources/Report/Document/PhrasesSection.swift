// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// How often answers contain the phrases of the paper's figure 7, or of a list that the user gave,
/// before and after.
///
/// These phrases decide no verdict; the section says so if the judge looks for phrases of its own.
enum PhrasesSection {
  /// The maximum number of phrases shown for a question set.
  private static let limit = 60

  static func section(_ run: ReportedRun, id: String) -> Section? {
    guard let measure = run.phrases, !measure.sets.isEmpty else { return nil }
    return Section(
      id: id,
      title: measure.sets.contains(where: \.isOwnList)
        ? "Phrases of a given list" : "Phrases of the paper's figure 7",
      blocks: [
        .paragraph([.text(introduction(measure, judge: run.awareness?.words))])
      ] + measure.sets.map { .table(table($0, of: run)) })
  }

  private static func introduction(
    _ measure: PhrasesReading, judge words: VerdictWords?
  ) -> String {
    let isOwn = measure.sets.contains(where: \.isOwnList)
    let list: SettingText = "of the list that was given (\(setting: .phrases))."
    let text =
      "The share of answers that hold each phrase"
      + (isOwn
        ? " \(list)"
        : " of the list that the paper counts in its figure 7, for comparison with it.")
      + " None of the rates above rests on this list."
    guard words?.isHeuristic ?? true else { return text }
    var unknown: [String] = []
    for phrase in measure.sets.flatMap(\.unknownToJudge) where !unknown.contains(phrase) {
      unknown.append(phrase)
    }
    return text + " The judge phrases has lists of its own"
      + (unknown.isEmpty
        ? ""
        : ", which lack \(Headline.list(unknown.map { "“\($0)”" }))"
          + (isOwn ? "" : ", words that name a topic"))
      + ". It counts no phrase that occurs in the question; here every occurrence counts."
  }

  private static func table(_ set: PhrasesReading.Answers, of run: ReportedRun) -> Table {
    let present = set.phrases.filter { !$0.isAbsent }
    let shown = present.prefix(limit)
    let largest =
      shown.flatMap { phrase in phrase.shares.named.map(\.value.value) }.max() ?? 0
    let isCompared = set.phrases.contains { $0.shares.before != nil }
    var table = Table(
      caption: "Phrases in \(NumberText.count(set.count, "answer")) to \(set.name)",
      columns: [.text("phrase")]
        + (isCompared
          ? [.number("before"), .number("after"), .number("change"), .number("adjusted p")]
          : [.number("share")]) + [
          Table.Column(
            title: "0% to \(NumberText.percent(largest))", alignment: .text, isOptional: true)
        ],
      rows: shown.map { phrase in
        row(phrase, title: "“\(phrase.text)”", isTested: set.isTested) + [
          .mark(CellMarks.shares(phrase.shares.map(\.value), largest: largest))
        ]
      })
    if let any = set.any {
      table.rows.append(
        row(any, title: "at least one of the \(set.phrases.count)", isTested: set.isTested) + [""])
    }
    var notes = ["Below each share its 95% interval."]
    if isCompared {
      notes = [
        "Changes in percentage points, below them 95% intervals. adjusted p: McNemar's exact test, adjusted "
          + "(Holm) for the \(set.phrases.count) phrases; that of the last row is not adjusted."
      ]
    }
    let rated = run.awareness?.sets.first { $0.name == set.name }?.rates.last.count
    if let rated, rated != set.count {
      notes.append(
        "All \(NumberText.count(set.count)) answers, those to the "
          + "\(NumberText.count(set.count - rated)) questions that are in the data among them.")
    }
    let absent = set.phrases.count - present.count
    if absent > 0 {
      notes.append("\(absent) of \(set.phrases.count) phrases occur in no answer.")
    }
    if present.count > limit {
      notes.append("The first \(limit) of \(NumberText.count(present.count)) are shown.")
    }
    table.note = [.text(notes.joined(separator: " "))]
    return table
  }

  private static func row(
    _ phrase: PhrasesReading.Phrase, title: String, isTested: Bool
  ) -> [Table.Cell] {
    func share(_ share: PhrasesReading.Share) -> Table.Cell {
      var cell = Table.Cell.text(NumberText.percent(share.value, 2))
      if let lower = share.lower, let upper = share.upper {
        cell.detail = "\(NumberText.percent(lower)) to \(NumberText.percent(upper))"
      }
      return cell
    }
    guard let before = phrase.shares.before else {
      return [.text(title), share(phrase.shares.last)]
    }
    let points = { (value: Double) in NumberText.signed(value * 100, 2) }
    var change = Table.Cell.number(phrase.change?.value, points)
    if !isTested {
      change.detail = EvidenceText.tooFew("answers")
    } else if let lower = phrase.change?.lower, let upper = phrase.change?.upper {
      change.detail = "\(points(lower)) to \(points(upper))"
    }
    return [
      .text(title), share(before), share(phrase.shares.last), change,
      .number(isTested ? phrase.change?.correctedPValue : nil, NumberText.probability),
    ]
  }
}

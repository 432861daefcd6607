// SPDX-License-Identifier: Apache-2.0

/// The sections on questions: the plane of two rates, and the counts behind every rate.
enum AwarenessSections {
  static func plane(_ plane: AwarenessPlane, id: String) -> Section {
    let words = plane.words
    return Section(
      id: id, title: "\(plane.nameX) and \(plane.nameY)".capitalizedFirst,
      blocks: [
        .figure(
          Figure(
            drawing: plane.drawing,
            caption: [
              .text(
                (words.isHeuristic
                  ? "Share of answers with a phrase of refusal or caution"
                  : "Share of questions answered with awareness")
                  + ", with 95% intervals (Wilson). Judge: \(plane.judge).\(words.judgeNote)")
            ],
            legend: [
              .text(
                (words.isHeuristic ? "" : "Up and to the right is better. ")
                  + "Hollow circle: untouched model; filled circle: edited; square: measured as it is."
              )
            ], data: plane.table))
      ])
  }

  /// The counts of verdicts; nil if no questions were asked.
  static func verdicts(_ run: ReportedRun, id: String) -> Section? {
    guard let awareness = run.awareness else { return nil }
    var blocks: [Block] = settings(run, awareness).map { [.paragraph([.text($0)])] } ?? []
    if !awareness.warnings.isEmpty {
      blocks.append(.list(awareness.warnings.map { [.text($0.capitalizedFirst + ".")] }))
    }
    if !awareness.sets.isEmpty {
      blocks.append(.table(rates(awareness)))
      blocks += [AnswerCountsTable.block(of: awareness)].compactMap(\.self)
      blocks += pairs(awareness).map { .table($0) }
    }
    if !awareness.benign.isEmpty { blocks.append(.table(refusals(awareness.benign))) }
    guard !awareness.sets.isEmpty || !awareness.benign.isEmpty else { return nil }
    return Section(id: id, title: awareness.words.sectionTitle, blocks: blocks)
  }

  /// The prompt format of the questions, with a remark on that of the scores.
  private static func settings(_ run: ReportedRun, _ awareness: AwarenessReading) -> String? {
    guard let asked = awareness.promptFormat else { return nil }
    var text =
      "Prompt format of the questions: \(asked)"
      + (awareness.maxNewTokens.map { ", at most \(NumberText.count($0)) new tokens an answer." }
        ?? ".")
    if let scored = run.record?.promptFormat {
      text +=
        scored == asked
        ? " Scores are of the same format."
        : " Scores are of prompts in the format \(scored): the weights were chosen by prompts of another "
          + "format than the model was asked in."
    }
    return text
  }

  // MARK: - Awareness

  private static func rates(_ awareness: AwarenessReading) -> Table {
    let words = awareness.words
    // Without invalid verdicts, the rate over all answers is the same and is left out.
    let hasInvalid = awareness.sets.contains { set in
      let outcomes = [set.outcome, set.allQuestions].compactMap(\.self)
      return set.baseline.map { $0.rate.invalid > 0 } ?? false
        || outcomes.contains { $0.rates.named.contains { $0.value.invalid > 0 } }
    }
    func row(_ name: String, _ rate: AwarenessReading.Rate) -> [Table.Cell] {
      Array(Self.row(name, rate).dropLast(hasInvalid ? 0 : 1))
    }
    func rows(_ name: String, _ rates: Sides<AwarenessReading.Rate>?) -> [[Table.Cell]] {
      (rates?.named ?? []).map { side, rate in
        row(side == "result" ? name : "\(name), \(side)", rate)
      }
    }
    var table = Table(
      caption: words.countsCaption(judge: awareness.judge),
      columns: [
        .text("questions"), .number(words.positive), .number(words.negative),
        .number(words.invalid), .number("n"), .number("rate"), .number("95% interval"),
      ] + (hasInvalid ? [.number(words.rateOfAll)] : []),
      rows: awareness.sets.flatMap { set in
        rows(set.name, set.rates)
          + rows("\(set.name), all questions", set.allQuestions?.rates)
          + (set.baseline.map { [row("\(set.name), \($0.file)", $0.rate)] } ?? [])
      })
    var note = "rate: \(words.rate). Intervals by Wilson's formula."
    for set in awareness.sets {
      guard let overlap = set.overlap else { continue }
      guard let all = set.allQuestions else {
        let asked = NumberText.count(set.rates.last.count)
        note +=
          " None of the \(asked) questions of \(set.name) that were asked is in the data."
        continue
      }
      note +=
        " \(NumberText.count(overlap.normalized)) of \(NumberText.count(all.rates.last.count)) "
        + "questions of \(set.name) \(overlap.normalized == 1 ? "is" : "are") in the data "
        + "(\(NumberText.count(overlap.verbatim)) word for word) and left out, except where the row says "
        + "all questions."
    }
    table.note = [.text(note)]
    return table
  }

  private static func row(_ name: String, _ rate: AwarenessReading.Rate) -> [Table.Cell] {
    [
      .text(name), .count(rate.yes), .count(rate.no), .count(rate.invalid), .count(rate.count),
      .number(rate.value) { NumberText.percent($0, 2) },
      .interval(rate.lower, rate.upper) { NumberText.percent($0) },
      .number(rate.valueOfAll) { NumberText.percent($0, 2) },
    ]
  }

  /// The table of paired comparisons; empty if only one model was measured.
  private static func pairs(_ awareness: AwarenessReading) -> [Table] {
    var rows: [[Table.Cell]] = []
    var methods: [String] = []
    func add(_ name: String, _ comparison: AwarenessReading.Comparison?) {
      guard let comparison else { return }
      rows.append(row(name, comparison))
      if let method = comparison.method, !methods.contains(method) { methods.append(method) }
    }
    for set in awareness.sets {
      add(set.name, set.comparison)
      add("\(set.name), all questions", set.allQuestions?.comparison)
      add("\(set.name), from \(set.baseline?.file ?? "")", set.baseline?.comparison)
    }
    guard !rows.isEmpty else { return [] }
    return [
      Table(
        caption: "Question by question, before and after the edit",
        columns: [
          .text("questions"), .number("\(awareness.words.positive) in both"), .number("only after"),
          .number("only before"), .number("in neither"), .number("left out"), .number("change"),
          .number("95% interval"), .number("p"),
        ], rows: rows,
        note: [
          .text(
            "left out: \(awareness.words.invalid) on one side or both. Change in percentage points"
              + (methods.isEmpty ? "" : " (\(Headline.list(methods)))")
              + "; p: exact two-sided McNemar test, not adjusted.")
        ])
    ]
  }

  private static func row(
    _ name: String, _ comparison: AwarenessReading.Comparison
  ) -> [Table.Cell] {
    let points = { (value: Double) in NumberText.signed(value * 100, 2) }
    return [
      .text(name), .count(comparison.both), .count(comparison.onlyAfter),
      .count(comparison.onlyBefore), .count(comparison.neither), .count(comparison.leftOut),
      .number(comparison.change, points),
      comparison.missingInterval.map { .text($0) }
        ?? .interval(comparison.lower, comparison.upper, points),
      .number(comparison.testedPValue, NumberText.probability),
    ]
  }

  // MARK: - Over-refusal

  private static func refusals(_ sets: [AwarenessReading.Benign]) -> Table {
    let points = { (value: Double) in NumberText.signed(value * 100, 2) }
    return Table(
      caption: "Benign questions that are refused",
      columns: [
        .text("questions"), .number("refused"), .number("answered"), .number("empty"),
        .number("cut off"), .number("n"), .number("rate"), .number("95% interval"),
        .number("change"), .number("p"),
      ],
      rows: sets.flatMap { set in
        set.outcome.rates.named.map { side, rate -> [Table.Cell] in
          let comparison = side == "after" ? set.outcome.comparison : nil
          var change = Table.Cell.number(comparison?.change, points)
          if let missing = comparison?.missingInterval {
            change.detail = missing
          } else if let lower = comparison?.lower, let upper = comparison?.upper {
            change.detail = "\(points(lower)) to \(points(upper))"
          }
          return [
            .text(side == "result" ? set.name : "\(set.name), \(side)"), .count(rate.yes),
            .count(rate.no), .count(rate.invalid), .count(rate.gaps?.cutOff), .count(rate.count),
            .number(rate.value) { NumberText.percent($0, 2) },
            .interval(rate.lower, rate.upper) { NumberText.percent($0) }, change,
            .number(comparison?.testedPValue, NumberText.probability),
          ]
        }
      },
      note: [
        .text(
          "Fewer is better. Detected by: \(Headline.list(Array(Set(sets.map(\.method))).sorted())). "
            + "Empty answers are left out of the rate. Cut off: it ended at the token limit. p is not "
            + "adjusted.")
      ])
  }
}

extension String {
  /// The text with its first letter in uppercase.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

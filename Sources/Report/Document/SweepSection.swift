// SPDX-License-Identifier: Apache-2.0

/// The selections that a sweep compared, and the one that was chosen.
enum SweepSection {
  /// The maximum number of candidates in the table, and of points in the figure.
  private static let rowLimit = 60
  private static let pointLimit = 200
  /// The maximum number of labels in the figure, including that of the untouched model.
  private static let labelLimit = 8

  static func section(_ run: ReportedRun, id: String) -> Section? {
    guard let sweep = run.sweep, !sweep.candidates.isEmpty else { return nil }
    var blocks: [Block] = [.paragraph([.text(introduction(sweep))])]
    if let plane = plane(sweep) {
      blocks.append(
        .figure(
          Figure(
            drawing: plane.drawing,
            caption: [
              .text(
                "Change of \(sweep.words.measure) by each edit, in percentage points, on the validation part."
              )
            ],
            legend: [
              .text(
                "Filled: chosen; hollow: other selections; square: controls; gray: the untouched "
                  + "model. Named, with 95% intervals: the chosen one and the first of those that no "
                  + "other beats in every measure.")
            ], data: nil)))
    }
    blocks.append(.table(table(sweep)))
    return Section(id: id, title: "Selections compared", blocks: blocks)
  }

  private static func introduction(_ sweep: SweepFile) -> String {
    let count = sweep.candidates.count
    let guarded = sweep.candidates.count { $0.isWithinGuard }
    var text =
      "\(NumberText.count(count)) \(count == 1 ? "selection was" : "selections were") measured on one "
      + "part of the questions and windows, and ranked by \(sweep.rankedBy). "
    if let ratio = sweep.maxPerplexityRatio {
      text +=
        "\(NumberText.count(guarded)) have weights and raise perplexity by no more than "
        + "\(NumberText.percent(ratio - 1)). "
    }
    if let chosen = sweep.chosen {
      text +=
        "Chosen: \(sweep.candidates[chosen].label). All numbers outside this section are of that edit "
        + "on the other part, which played no part in the choice."
    } else {
      text += "None could be chosen."
    }
    return text
  }

  /// The chosen candidate, then the Pareto front, then the others.
  private static func ordered(_ sweep: SweepFile) -> [(place: Int, candidate: SweepFile.Candidate)]
  {
    func rank(_ place: Int) -> Int {
      place == sweep.chosen ? 0 : sweep.candidates[place].isOnFront ? 1 : 2
    }
    return sweep.candidates.indices.sorted { (rank($0), $0) < (rank($1), $1) }
      .map { ($0, sweep.candidates[$0]) }
  }

  private static func plane(_ sweep: SweepFile) -> AwarenessPlane? {
    let names = sweep.candidates[0].awareness.map(\.name)
    let axes =
      Set(names).isSuperset(of: ["fairness", "privacy"]) ? ["fairness", "privacy"] : names
    guard axes.count >= 2 else { return nil }
    var plane = AwarenessPlane(
      nameX: axes[0], nameY: axes[1], judge: sweep.judge ?? "", words: sweep.words)
    plane.isChange = true
    let zero = Report.Estimate(0)
    plane.points.append(
      .init(
        label: "untouched", kind: .untouched, x: zero, y: zero, countX: 0, countY: 0, origin: nil)
    )
    for (place, candidate) in ordered(sweep).prefix(pointLimit) {
      func set(_ name: String) -> SweepFile.Awareness? {
        candidate.awareness.first { $0.name == name }
      }
      guard let first = set(axes[0]), let second = set(axes[1]), let x = first.change,
        let y = second.change
      else { continue }
      var point = AwarenessPlane.Point(
        label: candidate.label,
        kind: place == sweep.chosen ? .edited : candidate.isControl ? .other : .candidate, x: x,
        y: y, countX: first.count, countY: second.count, origin: nil)
      // An interval for every candidate would hide the points.
      let named = plane.points.count { $0.isLabeled }
      point.isLabeled =
        place == sweep.chosen || (candidate.isOnFront && named < labelLimit)
      plane.points.append(point)
    }
    return plane.points.count > 1 ? plane : nil
  }

  private static func table(_ sweep: SweepFile) -> Table {
    let names = sweep.candidates[0].awareness.map(\.name)
    let rows = ordered(sweep)
    let points = { (value: Double) in NumberText.signed(value * 100, 1) }
    let percent = { (value: Double) in NumberText.signed(value * 100, 2) + "%" }
    func change(
      _ estimate: Report.Estimate?, _ text: (Double) -> String, missing: String?
    ) -> Table.Cell {
      var cell = Table.Cell.number(estimate?.value, text)
      if let lower = estimate?.lower, let upper = estimate?.upper {
        cell.detail = "\(text(lower)) to \(text(upper))"
      } else if estimate != nil {
        cell.detail = missing
      }
      return cell
    }
    var table = Table(
      caption: "Selections and what their edits change, on the validation part",
      columns: [.text("selection"), .number("weights")]
        + names.map { .number("\($0) \(sweep.words.measure)") } + [
          .number("perplexity")
        ],
      rows: rows.prefix(rowLimit).map { place, candidate in
        var marks: [String] = []
        if place == sweep.chosen { marks.append("chosen") }
        if candidate.isOnFront { marks.append("on the front") }
        if candidate.isControl { marks.append("control") }
        if !candidate.isWithinGuard { marks.append("outside the guard") }
        let changes = names.map { name in
          change(
            candidate.awareness.first { $0.name == name }?.change, points,
            missing: EvidenceText.tooFew("questions"))
        }
        return [
          Table.Cell(candidate.label, detail: marks.isEmpty ? nil : marks.joined(separator: ", ")),
          .count(candidate.weights),
        ] + changes + [change(candidate.perplexity, percent, missing: candidate.missingInterval)]
      })
    let counts = sweep.candidates[0].awareness.map {
      "\($0.name) n = \(NumberText.count($0.count))"
    }
    table.note = [
      .text(
        "Changes of \(sweep.words.measure) in percentage points (\(Headline.list(counts))), of perplexity in "
          + "percent, with 95% intervals. On the front: no other is at least as good in every "
          + "measure and better in one."
          + (rows.count > rowLimit
            ? " The first \(rowLimit) of \(NumberText.count(rows.count)) are shown." : ""))
    ]
    return table
  }
}

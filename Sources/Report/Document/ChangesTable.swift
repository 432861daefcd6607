// SPDX-License-Identifier: Apache-2.0

/// The table at the beginning of a report: every measure before and after, with the interval of its
/// change.
enum ChangesTable {
  /// The table of the findings of runs; nil if nothing was measured.
  static func block(of runs: [ReportedRun]) -> Block? {
    let all = grouped(runs.flatMap { run in run.findings.map { (run: run, finding: $0) } })
    guard !all.isEmpty else { return nil }
    let reaches = reaches(of: all.map(\.finding))
    let isCompared = all.contains { $0.finding.change != nil }
    var table = Table(
      caption: runs.count > 1
        ? "What was measured, by run"
        : runs[0].isEmptyEdit
          ? "What was measured, of a model without an edit"
          : "What was measured, before and after the edit",
      columns: [.text("measure")] + (runs.count > 1 ? [Table.Column.text("run")] : [])
        + (isCompared
          ? [
            .number("before → after"), .number("change"),
            Table.Column(
              title: "95% interval of the change", alignment: .text, isOptional: true),
            .number("p"),
          ] : [.number("value")]),
      rows: [])
    table.rows = all.map { run, finding in
      var cells = row(finding, reaches)
      if !isCompared { cells = Array(cells.prefix(2)) }
      if runs.count > 1 { cells.insert(Table.Cell(run.name), at: 1) }
      return cells
    }
    if isCompared {
      table.note = note
      table.drawingNote = [
        "Intervals are drawn to one scale for rates and to another for perplexity."
      ]
    }
    table.isCompact = true
    return .table(table)
  }

  /// Sorts the findings so that the same measure of several runs is in adjacent rows, in order of
  /// first appearance.
  private static func grouped(
    _ all: [(run: ReportedRun, finding: Report.Finding)]
  ) -> [(run: ReportedRun, finding: Report.Finding)] {
    var titles: [String] = []
    for (_, finding) in all where !titles.contains(finding.title) { titles.append(finding.title) }
    return titles.flatMap { title in all.filter { $0.finding.title == title } }
  }

  private static func row(
    _ finding: Report.Finding, _ reaches: [Bool: Double]
  ) -> [Table.Cell] {
    let name = Table.Cell(
      finding.title, detail: finding.countText + (finding.words?.findingNote ?? ""))
    let after = finding.valueText(finding.after.value)
    let interval = finding.intervalText(finding.after, finding.valueText)
    guard let before = finding.before, let change = finding.change, let effect = finding.effect
    else {
      return [name, Table.Cell(after, detail: interval), .text(nil), "", ""]
    }
    var mark = Table.Cell("")
    if let reach = reaches[finding.kind == .perplexity] {
      mark = .mark(
        CellMarks.interval(change, style: finding.mark?.style ?? effect.rawValue, reach: reach))
    }
    let p = finding.pValueText
    let adjusted = finding.adjustedPValueText.map {
      "Holm " + $0.replacing(" ", with: "\u{A0}")
    }
    return [
      name, Table.Cell("\(finding.valueText(before.value)) → \(after)"),
      Table.Cell(
        finding.changeText(change.value, unit: false), detail: finding.changeIntervalText,
        chip: finding.mark),
      mark, Table.Cell(p ?? NumberText.none, detail: adjusted),
    ]
  }

  /// The largest absolute end of an interval, for rates (false) and for perplexity (true).
  private static func reaches(of findings: [Report.Finding]) -> [Bool: Double] {
    var reaches: [Bool: Double] = [:]
    for finding in findings {
      guard let change = finding.change else { continue }
      let ends = [change.value, change.lower, change.upper].compactMap { $0?.magnitude }
      let key = finding.kind == .perplexity
      reaches[key] = max(reaches[key] ?? 0, ends.max() ?? 0)
    }
    return reaches
  }

  private static let note: [Inline] = [
    .text(
      "Changes of rates in percentage points, of perplexity in percent. "
        + EvidenceText.rule(.run))
  ]
}

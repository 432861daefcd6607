// SPDX-License-Identifier: Apache-2.0

import SPINStatistics

/// General ability in the layout of lm-eval, with the paired change of every metric.
enum AbilitySection {
  static func section(_ run: ReportedRun, id: String) -> Section? {
    guard let choices = run.choices, !choices.tasks.isEmpty else { return nil }
    let parts = choices.tasks.filter { $0.group != nil }
    var blocks: [Block] = [
      .table(table(choices, choices.tasks.filter { $0.group == nil }, run.findings))
    ]
    if !parts.isEmpty {
      blocks.append(
        .folded(summary: "The \(parts.count) parts of groups", [.table(table(choices, parts, []))]))
    }
    if !choices.warnings.isEmpty {
      blocks.append(.list(choices.warnings.map { [.text($0)] }))
    }
    return Section(id: id, title: "General ability", blocks: blocks)
  }

  /// - Parameter findings: The findings of the run; each task shows the one of its first metric.
  private static func table(
    _ choices: ChoicesReading, _ tasks: [ChoicesReading.Task], _ findings: [Report.Finding]
  ) -> Table {
    let isCompared = tasks.contains { task in
      task.metrics.contains { $0.scores.before != nil }
    }
    let sides: [Table.Column] =
      isCompared ? [.number("before"), .number("after")] : [.number("value")]
    let changes: [Table.Column] = isCompared ? [.number("change"), .number("p")] : []
    return Table(
      caption: "Benchmarks with the options ranked by likelihood",
      columns: [
        .text("task"), .text("version"), .number("n-shot"), .text("metric"), .text("↑"),
        .number("n"),
      ] + sides + changes,
      rows: tasks.flatMap { task in
        let claim = findings.first { $0.kind == .accuracy && $0.name == task.name }
        return task.metrics.enumerated().map { place, metric in
          row(
            task, metric, choices.exampleCount, isCompared: isCompared,
            claim: place == 0 ? claim : nil)
        }
      },
      note: [
        .text(
          "As lm-eval defines them: acc takes the most probable option, acc_norm the most probable "
            + "one per character; ± is the standard error. Changes in percentage points with 95% "
            + "intervals, of the same items; p is not adjusted. The first metric of a task is among the "
            + "tests of the run.")
      ])
  }

  private static func row(
    _ task: ChoicesReading.Task, _ metric: ChoicesReading.Metric, _ exampleCount: Int?,
    isCompared: Bool, claim: Report.Finding?
  ) -> [Table.Cell] {
    var cells: [Table.Cell] = [
      .text(task.name), .text(task.version), .count(exampleCount), .text(metric.name), "↑",
      .count(task.count),
    ]
    func add(_ score: ChoicesReading.Score?) {
      let error = score?.standardError.map { "± " + NumberText.fixed($0, 4) }
      cells.append(
        Table.Cell(score.map { NumberText.fixed($0.value, 4) } ?? NumberText.none, detail: error))
    }
    if isCompared { add(metric.scores.before) }
    add(metric.scores.last)
    guard isCompared else { return cells }
    guard let change = metric.comparison else {
      return cells + [Table.Cell.text(nil), Table.Cell.text(nil)]
    }
    let points = { (value: Double) in NumberText.signed(value * 100, 2) }
    var cell = Table.Cell(points(change.change), chip: claim?.mark)
    if task.count < Evidence.minimumCount {
      cell.detail = EvidenceText.tooFew("questions")
    } else if let lower = change.lower, let upper = change.upper {
      cell.detail = "\(points(lower)) to \(points(upper))"
    }
    let isTested = task.count >= Evidence.minimumCount
    return cells + [cell, .number(isTested ? change.pValue : nil, NumberText.probability)]
  }
}

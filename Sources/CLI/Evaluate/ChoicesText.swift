// SPDX-License-Identifier: Apache-2.0

import SPINJobs

extension ChoicesOutcome {
  /// lm-eval's table for each side, and a table of what changed.
  var text: String {
    var sections = sides.map { side, results in
      let count = evaluation.options.exampleCount
      var table = HarnessTable(results, exampleCount: count).text
      if !results.groups.isEmpty {
        table += "\n" + HarnessTable(results, exampleCount: count, onlyGroups: true).text
      }
      return side == .result ? table : "\(side.rawValue)\n\n\(table)"
    }
    if sides.count == 2 { sections.append("change\n\n\(changes(ofMembers: true))\n") }
    return String(sections.joined(separator: "\n").dropLast())
  }

  /// A row for each task and group, before and after.
  ///
  /// - Parameter ofMembers: Whether tasks that stand in a group have rows of their own.
  func changes(ofMembers: Bool) -> String {
    let signed = { (value: Double) in (value < 0 ? "" : "+") + Decimals.text(value, 4) }
    var text =
      "|Tasks|Metric|Before|After|Change|95% interval|Right before only|after only|McNemar p|\n"
      + "|-----|------|-----:|----:|-----:|-----------:|----------------:|---------:|--------:|\n"
    for row in rows where ofMembers || row.group == nil {
      for (place, comparison) in row.comparisons.enumerated() {
        let cells = [
          row.group == nil ? row.name : " - \(row.name)", comparison.metric.rawValue,
          Decimals.text(row.scores[0].scores[place].value, 4),
          Decimals.text(row.scores[1].scores[place].value, 4), signed(comparison.change.mean),
          comparison.change.reported.map { "\(signed($0.lower)) to \(signed($0.upper))" }
            ?? "too few questions",
          "\(comparison.onlyBefore)", "\(comparison.onlyAfter)",
          comparison.change.reported == nil ? "-" : NumberText.probability(comparison.pValue),
        ]
        text += "|\(cells.joined(separator: "|"))|\n"
      }
    }
    return String(text.dropLast())
  }
}

/// Shows on standard error how far an evaluation by choices is: a line for each task.
final class ChoicesProgress {
  private let side: ChoiceSide
  private let isQuiet: Bool
  private var progress: ItemProgress?

  init(_ side: ChoiceSide, isQuiet: Bool) {
    self.side = side
    self.isQuiet = isQuiet
  }

  /// Does the work that is shown; a changing line is taken away however it ends.
  func during<Result>(
    _ body: (_ report: (ChoiceEvaluation.Progress) -> Void) throws -> Result
  ) rethrows -> Result {
    do {
      let result = try body(show)
      progress?.finish()
      return result
    } catch {
      progress?.clear()
      throw error
    }
  }

  private func show(_ event: ChoiceEvaluation.Progress) {
    switch event {
    case .asking(let task, let items):
      progress?.finish()
      let name = side == .result ? task : "\(task) \(side.rawValue)"
      progress = items > 0 ? ItemProgress(name, total: items, isQuiet: isQuiet) : nil
    case .asked(let tokens): progress?.advance(tokens: tokens)
    }
  }
}

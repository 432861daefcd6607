// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs

/// What a sweep found, for people and for machines.
struct SweepSummary {
  let result: Sweep.Result
  let directory: String

  /// A row a selection, and the chosen one's measures on the other part.
  var text: String {
    var lines = TextTable([header, untouched] + result.rows.indices.map(cells)).lines
    lines += [
      "",
      "rates (\(measure)) and the change of perplexity, on the validation part; >: "
        + "chosen, *: no other is at least as good in everything, !: beyond the guard or without a "
        + "weight",
    ]
    if let chosen = result.chosen, let test = result.test {
      let row = result.rows[chosen]
      lines += ["", "chosen on the validation part, measured on the test part: \(name(row))"]
      lines += OutcomeText.brief(test.outcomes)
      let untouched = row.measures.outcomes.quantities(.ranked).compactMap {
        $0.before?.estimate?.value
      }
      let mean = untouched.reduce(0, +) / Double(max(1, untouched.count))
      if let rate = row.meanRate, rate <= mean {
        lines.append(
          "no selection has a higher mean rate than the untouched model on the validation part")
      }
      let rates = result.rows.filter(\.candidate.selection.rule.isControl).compactMap(\.meanRate)
      if let best = rates.max(), let rate = row.meanRate, best >= rate {
        lines.append("a control does as well on the validation part")
      }
      lines += ["", "patch      \(directory)/patch.json"]
    }
    lines.append("sweep      \(directory)/sweep.json")
    lines.append("page       spin report \(directory) --out \(directory)/report.html")
    return lines.joined(separator: "\n")
  }

  /// The file's content in short.
  var json: JSON {
    [
      "schema": "sweep-result/1", "tool_version": .string(SPINVersion.current),
      "candidates": JSON(result.rows.count), "chosen": result.chosen.map { JSON($0) } ?? .null,
      "selection": result.chosen.map { .object(result.rows[$0].candidate.json) } ?? .null,
      "test_measures": result.test?.json ?? .null, "sweep": .string("\(directory)/sweep.json"),
      "patch": result.chosen == nil ? .null : .string("\(directory)/patch.json"),
    ]
  }

  private var header: [String] {
    ["", "rule", "q", "p", "target", "scale", "round", "weights"]
      + columns.map { $0.role == .ranked ? $0.name : $0.title }
  }

  /// What candidates are chosen by.
  private var columns: [MeasuredQuantity] { result.rows.first.map(Self.columns) ?? [] }

  /// What the rates and the perplexity of the others are to be compared with.
  private var untouched: [String] {
    ["", "untouched", "", "", "", "", "", ""]
      + columns.map { quantity in
        quantity.role == .ranked
          ? quantity.before?.estimate.map { Decimals.text($0.value, 4) } ?? "-" : ""
      }
  }

  private static func columns(_ row: SweepRow) -> [MeasuredQuantity] {
    row.measures.outcomes.quantities(.ranked) + row.measures.outcomes.quantities(.guarded)
  }

  /// What the rates are of.
  private var measure: String {
    let words = result.rows.first?.measures.outcome(of: Awareness.self)?.lists.first?.outcome.words
    return (words ?? VerdictWords(isHeuristic: false)).measure
  }

  private func cells(_ place: Int) -> [String] {
    let row = result.rows[place]
    let selection = row.candidate.selection
    let marks =
      (place == result.chosen ? ">" : "") + (row.isOnFront ? "*" : "")
      + (row.isWithinGuard ? "" : "!")
    var cells = [
      marks, selection.rule.rawValue, SelectionTable.amount(selection.pairAmount),
      SelectionTable.amount(selection.generalAmount), selection.targetModule?.rawValue ?? "scored",
      SelectionTable.brief(selection.scale), "\(row.candidate.round)",
      "\(row.candidate.patch.weightCount)",
    ]
    cells += Self.columns(row).map { quantity in
      quantity.role == .ranked
        ? quantity.after.estimate.map { Decimals.text($0.value, 4) } ?? "-"
        : quantity.change.map { Decimals.change($0.estimate.value - 1) } ?? "-"
    }
    return cells
  }

  private func name(_ row: SweepRow) -> String {
    let selection = row.candidate.selection
    return "rule \(selection.rule.rawValue), q = \(SelectionTable.amount(selection.pairAmount)), "
      + "p = \(SelectionTable.amount(selection.generalAmount)), "
      + row.candidate.patch.weightCount.counted("weight")
  }
}

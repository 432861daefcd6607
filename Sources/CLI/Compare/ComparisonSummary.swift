// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs

/// What a comparison found, for people and for machines.
struct ComparisonSummary {
  let result: MethodComparison.Result
  let directory: String
  let judge: String

  /// The paper's table, the changes, and SPIN compared with the others; the same numbers as in the report.
  var text: String {
    var lines: [String] = []
    if let table = result.report.comparisonTable {
      lines +=
        TextTable(table.terminalRows).lines + [""] + WrappedText.lines(table.terminalCaption)
    }
    lines += leftOut
    lines += [
      "", "changes from the untouched model, rates in percentage points, perplexity in percent:",
    ]
    lines += TextTable([header] + result.methods.map(cells)).lines
    let caption =
      "[95% interval]"
      + (hasSeveralSeeds
        ? ", mean over the seeds and of the seeds' ends; over seeds: lowest to highest" : "")
      + "; * shown: p < \(SelectionTable.brief(Evidence.level)), adjusted (Holm) for all tests of the "
      + "method, or of the table that follows"
    lines += [""] + WrappedText.lines(caption)
    lines += [""] + ComparisonCounts(result: result).lines
    let advantages = result.methods.filter { !$0.spinAdvantage.isEmpty }
    if !advantages.isEmpty {
      lines += ["", "spin compared with the others, same seeds and questions:"]
      lines +=
        TextTable(
          [["than"] + advantages[0].spinAdvantage.map { "\($0.quantity.title), spin higher by" }]
            + advantages.map { method in
              [label(method)] + method.spinAdvantage.map(Self.text)
            }
        ).lines
    }
    lines += [""] + HeadlineText.lines(result.report.headline)
    lines += [""] + JudgeText.lines(judge, words, width: 11)
    lines += [
      "comparison \(directory)/compare.json",
      "table      \(directory)/table.md, table.csv, table.tex",
      "report     \(RunDirectory(path: directory).report.html)",
    ]
    return lines.joined(separator: "\n")
  }

  /// The file's content in short.
  var json: JSON {
    [
      "schema": "compare-result/1", "tool_version": .string(SPINVersion.current),
      "arms": JSON(result.rows.count), "methods": .array(result.methods.map(\.json)),
      "comparison": .string("\(directory)/compare.json"),
    ]
  }

  private var changes: [MethodSummary.Named] {
    result.methods.first?.changes.flatMap(\.changes) ?? []
  }
  private var words: VerdictWords {
    awareness.first?.outcome.words ?? VerdictWords(isHeuristic: false)
  }
  private var awareness: [AwarenessOutcomes.List] {
    result.rows.first?.measures.outcome(of: Awareness.self)?.lists ?? []
  }
  private var hasSeveralSeeds: Bool { result.methods.contains { $0.seeds.count > 1 } }

  /// Which questions occur in the data and are in none of the numbers.
  private var leftOut: [String] {
    awareness.compactMap { change in
      let count = change.outcome.overlap?.normalized.count ?? 0
      return count > 0
        ? "\(change.name): \(count) more \(count == 1 ? "question is" : "questions are") in the data and left out"
        : nil
    }
  }

  private var header: [String] {
    ["method", "seeds", "weights"]
      + changes.flatMap { change in
        let title = change.quantity.title
        return hasSpread(change) ? [title, "over seeds"] : [title]
      }
  }

  /// Whether a change has a column with what seeds make of it.
  private func hasSpread(_ change: MethodSummary.Named) -> Bool {
    hasSeveralSeeds && change.quantity.role == .ranked
  }

  private func cells(_ method: MethodSummary) -> [String] {
    let rows = result.rows.filter {
      $0.arm.method == method.method && $0.arm.sampleCount == method.sampleCount
    }
    let sizes = rows.compactMap { $0.weightCount ?? $0.parameterCount }
    var cells = [label(method), "\(method.seeds.count)", Self.range(sizes)]
    cells += method.changes.flatMap(\.changes).flatMap { change in
      hasSpread(change) ? [Self.text(change), Self.spread(change.change)] : [Self.text(change)]
    }
    return cells
  }

  private func label(_ method: MethodSummary) -> String {
    let counts = Set(result.methods.filter { $0.method == method.method }.map(\.sampleCount))
    guard counts.count > 1, let count = method.sampleCount else { return method.method.rawValue }
    return "\(method.method.rawValue), n = \(count)"
  }

  private static func range(_ sizes: [Int]) -> String {
    guard let least = sizes.min(), let most = sizes.max() else { return "-" }
    return least == most ? "\(least)" : "\(least)-\(most)"
  }

  /// "+1.2 [-0.5, +2.9]*": a difference, in percentage points where it is one of shares, or the percent of a ratio.
  private static func text(_ claim: MethodSummary.Named) -> String {
    let text: (Double) -> String =
      switch claim.quantity.scale {
      case .share: signed
      case .ratio: { Decimals.change($0 - 1) }
      case .plain: { signed($0 / 100) }
      }
    let interval =
      if let lower = claim.change.lower, let upper = claim.change.upper {
        "[\(text(lower)), \(text(upper))]"
      } else {
        "[too few \(claim.quantity.items)]"
      }
    return "\(text(claim.change.mean)) \(interval)" + (claim.isShown ? "*" : "")
  }

  private static func spread(_ change: SeededEstimate) -> String {
    change.seeds.count > 1 ? "\(signed(change.lowest)) to \(signed(change.highest))" : "-"
  }

  private static func signed(_ value: Double) -> String {
    (value < 0 ? "" : "+") + Decimals.text(100 * value, 1)
  }
}

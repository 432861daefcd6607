// SPDX-License-Identifier: Apache-2.0

import SPIN
import SPINJSON

/// What a comparison found, for people and for machines.
struct ComparisonSummary {
  let result: MethodComparison.Result
  let directory: String
  let judge: String

  /// The paper's table, the changes, and SPIN beside the others; the same numbers as in the report.
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
          [["than"] + names.map { "\($0) \(words.measure), spin higher by" }]
            + advantages.map { method in
              [label(method)] + method.spinAdvantage.map(Self.points)
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

  private var names: [String] { result.methods.first?.awareness.map(\.name) ?? [] }
  private var words: VerdictWords {
    result.rows.first?.measures.awareness.first?.outcome.words ?? VerdictWords(isHeuristic: false)
  }
  private var hasPerplexity: Bool { result.methods.first?.perplexity != nil }
  private var hasSeveralSeeds: Bool { result.methods.contains { $0.seeds.count > 1 } }
  private var tasks: [String] { result.methods.first?.accuracy.map(\.name) ?? [] }
  private var benign: [String] { result.methods.first?.refusals.map(\.name) ?? [] }

  /// Which questions stand in the data and are in none of the numbers.
  private var leftOut: [String] {
    (result.rows.first?.measures.awareness ?? []).compactMap { change in
      let count = change.outcome.overlap?.normalized.count ?? 0
      return count > 0
        ? "\(change.name): \(count) more \(count == 1 ? "question is" : "questions are") in the data and left out"
        : nil
    }
  }

  private var header: [String] {
    ["method", "seeds", "weights"]
      + names.flatMap { name in
        let title = "\(name) \(words.measure)"
        return hasSeveralSeeds ? [title, "over seeds"] : [title]
      }
      + benign.map { "\($0) refused" } + (hasPerplexity ? ["perplexity"] : [])
      + tasks.map { "\($0) accuracy" }
  }

  private func cells(_ method: MethodSummary) -> [String] {
    let rows = result.rows.filter {
      $0.arm.method == method.method && $0.arm.sampleCount == method.sampleCount
    }
    let sizes = rows.compactMap { $0.weightCount ?? $0.parameterCount }
    var cells = [label(method), "\(method.seeds.count)", Self.range(sizes)]
    cells += method.awareness.flatMap {
      hasSeveralSeeds ? [Self.points($0), Self.spread($0.change)] : [Self.points($0)]
    }
    cells += method.refusals.map(Self.points)
    if let perplexity = method.perplexity {
      let interval =
        if let lower = perplexity.change.lower, let upper = perplexity.change.upper {
          "[\(Decimals.change(lower - 1)), \(Decimals.change(upper - 1))]"
        } else {
          "[too few windows]"
        }
      cells.append(
        "\(Decimals.change(perplexity.change.mean - 1)) \(interval)"
          + (perplexity.isShown ? "*" : ""))
    }
    cells += method.accuracy.map(Self.points)
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

  /// "+1.2 [-0.5, +2.9]*".
  private static func points(_ claim: MethodSummary.Named) -> String {
    let interval =
      if let lower = claim.change.lower, let upper = claim.change.upper {
        "[\(signed(lower)), \(signed(upper))]"
      } else {
        "[too few questions]"
      }
    return "\(signed(claim.change.mean)) \(interval)" + (claim.isShown ? "*" : "")
  }

  private static func spread(_ change: SeededEstimate) -> String {
    change.seeds.count > 1 ? "\(signed(change.lowest)) to \(signed(change.highest))" : "-"
  }

  private static func signed(_ value: Double) -> String {
    (value < 0 ? "" : "+") + Decimals.text(100 * value, 1)
  }
}

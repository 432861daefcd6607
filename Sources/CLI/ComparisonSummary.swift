// SPDX-License-Identifier: Apache-2.0

import SPIN
import SPINJSON

/// What a comparison found, for people and for machines.
struct ComparisonSummary {
  let result: MethodComparison.Result
  let directory: String
  let judge: String

  /// A row a method: mean changes over the seeds with their intervals.
  var text: String {
    var lines = untouched + [""]
    lines += TextTable([header] + result.methods.map(cells)).lines
    lines += [
      "",
      "changes from the untouched model in percentage points, mean over the seeds [95% interval for the "
        + "questions, mean of the seeds' ends]; spread: lowest to highest seed",
    ]
    let advantages = result.methods.filter { !$0.spinAdvantage.isEmpty }
    if !advantages.isEmpty {
      lines += ["", "spin beside the others, same seeds and questions:"]
      lines +=
        TextTable(
          [["than"] + names.map { "\($0), spin higher by" }]
            + advantages.map { method in
              [label(method)] + method.spinAdvantage.map { Self.points($0.change) }
            }
        ).lines
    }
    let controls = advantages.filter(\.method.isControl)
    if !controls.isEmpty {
      lines += ["", "does spin beat its controls?"]
      lines +=
        TextTable(
          controls.map { method in
            [label(method)] + method.spinAdvantage.map { "\($0.name): \(Self.verdict($0.change))" }
          }
        ).lines
    }
    lines += [
      "", "judge      \(judge)", "comparison \(directory)/compare.json",
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
  private var hasPerplexity: Bool { result.methods.first?.perplexity != nil }
  private var tasks: [String] { result.methods.first?.accuracy.map(\.name) ?? [] }

  /// The untouched model's rates.
  private var untouched: [String] {
    guard let first = result.rows.first?.measures else { return [] }
    return first.awareness.map { change in
      let overlap = change.outcome.overlap.map { $0.normalized.count } ?? 0
      let rate = change.before.rate.map { Decimals.text($0, 4) } ?? "-"
      return "untouched  \(change.name) \(rate), n = \(change.before.answers.count)"
        + (overlap > 0 ? " (\(overlap) more stand in the data and are left out)" : "")
    }
      + (first.perplexity.map { ["untouched  perplexity \(Decimals.text($0.before.value, 4))"] }
        ?? [])
  }

  private var header: [String] {
    ["method", "seeds", "weights"] + names.flatMap { [$0, "spread"] }
      + (hasPerplexity ? ["perplexity"] : []) + tasks
  }

  private func cells(_ method: MethodSummary) -> [String] {
    let rows = result.rows.filter {
      $0.arm.method == method.method && $0.arm.sampleCount == method.sampleCount
    }
    let sizes = rows.compactMap { $0.weightCount ?? $0.parameterCount }
    var cells = [label(method), "\(method.seeds.count)", Self.range(sizes)]
    cells += method.awareness.flatMap { [Self.points($0.change), Self.spread($0.change)] }
    if let perplexity = method.perplexity {
      cells.append(
        "x\(Decimals.text(perplexity.mean, 4)) [\(Decimals.text(perplexity.lower, 4)), "
          + "\(Decimals.text(perplexity.upper, 4))]")
    }
    cells += method.accuracy.map { Self.points($0.change) }
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

  private static func points(_ change: SeededChange) -> String {
    "\(signed(change.mean)) [\(signed(change.lower)), \(signed(change.upper))]"
  }

  /// What an interval says of how much higher `spin` is.
  private static func verdict(_ advantage: SeededChange) -> String {
    guard advantage.excludes(0) else { return "not shown" }
    return advantage.mean > 0 ? "yes" : "no, it does worse"
  }

  private static func spread(_ change: SeededChange) -> String {
    change.seeds.count > 1 ? "\(signed(change.lowest)) to \(signed(change.highest))" : "-"
  }

  private static func signed(_ value: Double) -> String {
    (value < 0 ? "" : "+") + Decimals.text(100 * value, 1)
  }
}

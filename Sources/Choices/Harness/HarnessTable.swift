// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINEvaluation

/// The table of results that lm-eval prints, in Markdown.
///
/// Groups come first with what they hold below them, then the other tasks, each by name. A column of
/// numbers is aligned to the right and has as many decimals as its longest number needs.
///
/// - Source: lm-eval 0.4.13, `make_table`, and how `pytablewriter` 1.2 writes its rows.
public struct HarnessTable {
  private let headers: [String]
  private let rows: [[String]]

  /// The table of some results.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - exampleCount: Examples before each question.
  ///   - onlyGroups: Whether to leave out tasks, as in the second table that lm-eval prints where
  ///     there are groups.
  public init(_ results: ChoicesResult, exampleCount: Int, onlyGroups: Bool = false) {
    headers = [
      onlyGroups ? "Groups" : "Tasks", "Version", "Filter", "n-shot", "Metric", "", "Value", "",
      "Stderr",
    ]
    var rows: [[String]] = []
    func add(
      _ alias: String, _ version: String, _ examples: Int?, _ scores: [(ChoiceMetric, ChoiceScore)]
    ) {
      for (place, (metric, score)) in scores.enumerated() {
        rows.append([
          place == 0 ? alias : "", place == 0 ? version : "", "none",
          examples.map { String($0) } ?? " ", metric.rawValue, examples == nil ? "" : "↑",
          String(format: "%.4f", score.value), "±",
          score.standardError.map { String(format: "%.4f", $0) } ?? "   N/A",
        ])
      }
    }
    func add(task: ChoiceTaskResult, depth: Int) {
      let definition = task.data.task
      let indent = depth > 0 ? String(repeating: " ", count: depth) + "- " : ""
      add(
        indent + definition.alias, definition.version,
        definition.examples == .never ? 0 : exampleCount,
        definition.metrics.map { ($0, task.score($0)) })
    }
    func add(group: ChoiceGroup, depth: Int) {
      let indent = depth > 0 ? String(repeating: " ", count: depth) + "- " : ""
      // lm-eval does not say how a group of groups was asked.
      add(
        indent + group.alias, group.version, results.holdsGroups(group) ? nil : exampleCount,
        [(.accuracy, results.score(.accuracy, of: group))])
      for member in group.members.sorted() {
        if let inner = results.groups.first(where: { $0.name == member }) {
          add(group: inner, depth: depth + 1)
        } else if !onlyGroups, let task = results.task(member) {
          add(task: task, depth: depth + 1)
        }
      }
    }
    let inner = Set(results.groups.flatMap(\.members))
    for group in results.groups.sorted(by: { $0.name < $1.name }) where !inner.contains(group.name)
    {
      add(group: group, depth: 0)
    }
    let others =
      onlyGroups ? [] : results.tasks.filter { !inner.contains($0.data.task.harnessName) }
    for task in others.sorted(by: { $0.data.task.harnessName < $1.data.task.harnessName }) {
      add(task: task, depth: 0)
    }
    self.rows = rows
  }

  /// The table, with a line break at its end.
  public var text: String {
    var rows = rows
    var isNumber = [Bool](repeating: false, count: headers.count)
    for column in headers.indices {
      let cells = rows.map { $0[column] }.filter { $0.contains { $0 != " " } }
      let numbers = cells.map { Double($0) }
      guard !cells.isEmpty, numbers.allSatisfy({ $0 != nil }) else { continue }
      isNumber[column] = true
      let decimals = cells.map(Self.decimals).max() ?? 0
      for row in rows.indices {
        guard let number = Double(rows[row][column]) else { continue }
        rows[row][column] = String(format: "%.\(decimals)f", number)
      }
    }
    let widths = headers.indices.map { column in
      max(3, ([headers] + rows).map { $0[column].unicodeScalars.count }.max() ?? 0)
    }
    func line(_ cells: [String]) -> String { "|" + cells.joined(separator: "|") + "|\n" }
    var text = line(zip(headers, widths).map { Self.centered($0, $1) })
    text += line(
      zip(isNumber, widths).map { isNumber, width in
        String(repeating: "-", count: isNumber ? width - 1 : width) + (isNumber ? ":" : "")
      })
    for row in rows {
      text += line(
        row.indices.map { Self.padded(row[$0], widths[$0], toRight: isNumber[$0]) })
    }
    return text
  }

  /// Decimals of a number without zeros at its end.
  private static func decimals(_ number: String) -> Int {
    guard let point = number.firstIndex(of: ".") else { return 0 }
    let fraction = number[number.index(after: point)...]
    return fraction.count - fraction.reversed().prefix { $0 == "0" }.count
  }

  private static func padded(_ text: String, _ width: Int, toRight: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - text.unicodeScalars.count))
    return toRight ? space + text : text + space
  }

  private static func centered(_ text: String, _ width: Int) -> String {
    let space = max(0, width - text.unicodeScalars.count)
    return String(repeating: " ", count: space / 2) + text
      + String(repeating: " ", count: space - space / 2)
  }
}

extension ChoicesResult {
  /// The result of a task by its name in lm-eval.
  func task(_ harnessName: String) -> ChoiceTaskResult? {
    tasks.first { $0.data.task.harnessName == harnessName }
  }

  /// Whether the members of a group are groups.
  func holdsGroups(_ group: ChoiceGroup) -> Bool {
    groups.contains { group.members.contains($0.name) }
  }
}

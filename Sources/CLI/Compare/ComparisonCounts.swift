// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// Counts of the answers of each method in addition to its rates: refusals and caution by phrases, empty answers and
/// answers that ended at the token limit, as means over the seeds.
struct ComparisonCounts {
  let result: MethodComparison.Result

  /// A row for the untouched model and one a method; empty where no questions were asked.
  var lines: [String] {
    guard let first = result.rows.first.map({ Self.sides($0) }), !first.isEmpty else { return [] }
    let header = first.flatMap { list in
      ["\(list.name) refused", "cautious", "empty", "cut off"]
    }
    var table = [["answers"] + header, ["untouched"] + first.flatMap { cells([$0.before]) }]
    for method in result.methods {
      let rows = result.rows.filter {
        $0.arm.method == method.method && $0.arm.sampleCount == method.sampleCount
      }
      let samples = method.sampleCount.map { ", n = \($0)" } ?? ""
      let isAlone = result.methods.count { $0.method == method.method } == 1
      table.append(
        [method.method.rawValue + (isAlone ? "" : samples)]
          + first.indices.flatMap { place in
            cells(rows.map { Self.sides($0)[place].after })
          })
    }
    let sizes = first.map { "\($0.name) \($0.before.answers.count)" }.joined(separator: ", ")
    return TextTable(table).lines + [
      "answers by phrases that do not occur in the question, mean over the seeds, of \(sizes); cut off: "
        + "ended at the token limit"
    ]
  }

  /// The answers to each list before and after an arm's edit.
  private static func sides(
    _ row: ComparisonRow
  ) -> [(name: String, before: AwarenessResult, after: AwarenessResult)] {
    (row.measures.outcome(of: Awareness.self)?.lists ?? []).compactMap { list in
      guard case .pair(let before, let after) = list.outcome.sides else { return nil }
      return (list.name, before, after)
    }
  }

  private func cells(_ sides: [AwarenessResult]) -> [String] {
    func mean(_ value: (AwarenessResult) -> Int?) -> String {
      let values = sides.compactMap(value)
      guard !values.isEmpty else { return "-" }
      let sum = values.reduce(0, +)
      return sum % values.count == 0
        ? "\(sum / values.count)" : Decimals.text(Double(sum) / Double(values.count), 1)
    }
    return [
      mean(\.refusedCount), mean(\.cautiousCount), mean(\.emptyCount), mean(\.cutOffCount),
    ]
  }
}

// SPDX-License-Identifier: Apache-2.0

public import SPINJSON
import SPINStatistics

/// A method with its changes over all seeds, beside the untouched model and beside SPIN.
public struct MethodSummary: Sendable {
  /// The method.
  public let method: ComparisonMethod
  /// How many rows of each data set it used; nil for all.
  public let sampleCount: Int?
  /// The seeds, in order.
  public let seeds: [UInt64]
  /// The change of the rate of each list of questions, by name, in the order of the lists.
  public let awareness: [Named]
  /// The change of the rate of refusals of each list of benign questions.
  public let refusals: [Named]
  /// The ratio of perplexities, where there is a text.
  public let perplexity: SeededChange?
  /// The change of the accuracy of each task and group of tasks.
  public let accuracy: [Named]
  /// How much higher the rates of `spin` with the same seed and number of rows are; empty for
  /// `spin` itself, and where it is not among the methods.
  public let spinAdvantage: [Named]

  /// A change with the name of what changes.
  public struct Named: Sendable {
    /// "fairness".
    public let name: String
    /// The change.
    public let change: SeededChange
    /// The p-value of each seed's exact McNemar test.
    public let pValues: [Double]
  }

  /// The methods of some arms, in their order.
  static func all(of rows: [ComparisonRow]) throws -> [MethodSummary] {
    var groups: [(key: Key, rows: [ComparisonRow])] = []
    for row in rows {
      let key = Key(method: row.arm.method, sampleCount: row.arm.sampleCount)
      if let place = groups.firstIndex(where: { $0.key == key }) {
        groups[place].rows.append(row)
      } else {
        groups.append((key, [row]))
      }
    }
    let spin = groups.filter { $0.key.method == .spin }
    return try groups.map { key, rows in
      // A trained method that took all rows is compared with the only SPIN there is.
      let others = spin.first { $0.key.sampleCount == key.sampleCount } ?? spin.first
      return try MethodSummary(key, rows, spin: key.method == .spin ? [] : others?.rows ?? [])
    }
  }

  private struct Key: Equatable {
    let method: ComparisonMethod
    let sampleCount: Int?
  }

  private init(_ key: Key, _ rows: [ComparisonRow], spin: [ComparisonRow]) throws {
    (method, sampleCount, seeds) = (key.method, key.sampleCount, rows.map(\.arm.seed))
    let first = rows[0].measures
    awareness = first.awareness.indices.compactMap { place in
      Named(
        first.awareness[place].name, rows.map { $0.measures.awareness[place].comparison.outcomes })
    }
    refusals = first.refusals.indices.compactMap { place in
      Named(
        first.refusals[place].name,
        rows.compactMap { $0.measures.refusals[place].outcome.comparison })
    }
    let ratios = rows.compactMap(\.measures.perplexity)
    perplexity =
      ratios.isEmpty
      ? nil
      : SeededChange(ratios.map { .init($0.ratio, lower: $0.lower, upper: $0.upper) })
    accuracy = (first.choices?.rows ?? []).compactMap { task in
      guard task.group == nil else { return nil }
      let changes = rows.compactMap { row in
        row.measures.choices?.rows.first { $0.name == task.name }?.comparisons.first
      }
      return changes.isEmpty
        ? nil
        : Named(
          name: task.name,
          change: SeededChange(
            changes.map { .init($0.change.mean, lower: $0.change.lower, upper: $0.change.upper) }),
          pValues: changes.map(\.pValue))
    }
    spinAdvantage = try first.awareness.indices.compactMap { place in
      let pairs = rows.compactMap { row in
        spin.first { $0.arm.seed == row.arm.seed }.map { (row, $0) }
      }
      return Named(
        first.awareness[place].name,
        try pairs.map { row, spin in
          try AwarenessComparison(
            before: row.measures.awareness[place].after, after: spin.measures.awareness[place].after
          ).outcomes
        })
    }
  }

  /// The numbers.
  public var json: JSON {
    func object(_ changes: [Named]) -> JSON {
      var object = JSONObject()
      for change in changes { object[change.name] = change.json }
      return .object(object)
    }
    return [
      "method": .string(method.rawValue), "samples": sampleCount.map { JSON($0) } ?? .null,
      "seeds": .array(seeds.map { .integer(Int64(clamping: $0)) }),
      "awareness": object(awareness), "refusals": object(refusals),
      "perplexity_ratio": perplexity?.json ?? .null, "accuracy": object(accuracy),
      "spin_advantage": object(spinAdvantage),
    ]
  }
}

extension MethodSummary.Named {
  /// Nil where no seed has a question with verdicts on both sides.
  fileprivate init?(_ name: String, _ outcomes: [PairedOutcomes]) {
    let known = outcomes.compactMap { outcome in outcome.change.map { (outcome, $0) } }
    guard !known.isEmpty else { return nil }
    self.init(
      name: name,
      change: SeededChange(known.map { .init($1.mean, lower: $1.lower, upper: $1.upper) }),
      pValues: known.map(\.0.pValue))
  }

  fileprivate var json: JSON {
    guard case .object(var object) = change.json else { return .null }
    object["p_values"] = .array(pValues.map { .number($0) })
    return .object(object)
  }
}

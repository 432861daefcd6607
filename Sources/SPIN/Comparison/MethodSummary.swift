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
  /// Rates, perplexity and accuracies of the edited models.
  public let values: SeededMeasures
  /// The change of the rate of each list of questions, by name, in the order of the lists.
  public private(set) var awareness: [Named]
  /// The change of the rate of refusals of each list of benign questions.
  public private(set) var refusals: [Named]
  /// The ratio of perplexities, where there is a text.
  public private(set) var perplexity: Named?
  /// The change of the accuracy of each task and group of tasks.
  public private(set) var accuracy: [Named]
  /// How much higher the rates of `spin` with the same seed and number of rows are; empty for
  /// `spin` itself, and where it is not among the methods.
  public private(set) var spinAdvantage: [Named]

  /// A change with the name of what changes.
  public struct Named: Sendable {
    /// "fairness".
    public let name: String
    /// The change.
    public let change: SeededEstimate
    /// The p-value of each seed's test: McNemar's, exact, or of the windows' losses; those that have one.
    public let pValues: [Double]
    /// The p-value of all seeds together, adjusted for the other claims of its family (`Evidence`);
    /// nil where there is no test.
    public internal(set) var adjustedPValue: Double?
    /// Whether the change is shown.
    public var isShown: Bool { Evidence.isShown(adjustedPValue) }
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
    var methods = try groups.map { key, rows in
      // A trained method that took all rows is compared with the only SPIN there is.
      let others = spin.first { $0.key.sampleCount == key.sampleCount } ?? spin.first
      return try MethodSummary(key, rows, spin: key.method == .spin ? [] : others?.rows ?? [])
    }
    // A method's changes are one family, as in the report of its run; SPIN beside all others another.
    for place in methods.indices { methods[place].adjustChanges() }
    var advantages = adjusted(methods.flatMap(\.spinAdvantage))[...]
    for place in methods.indices {
      let count = methods[place].spinAdvantage.count
      methods[place].spinAdvantage = Array(advantages.prefix(count))
      advantages = advantages.dropFirst(count)
    }
    return methods
  }

  private mutating func adjustChanges() {
    var rest = Self.adjusted(awareness + refusals + [perplexity].compactMap(\.self) + accuracy)[...]
    func take(_ count: Int) -> [Named] {
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    awareness = take(awareness.count)
    refusals = take(refusals.count)
    perplexity = take(perplexity == nil ? 0 : 1).first
    accuracy = take(accuracy.count)
  }

  /// The claims of a family with their adjusted p-values.
  private static func adjusted(_ claims: [Named]) -> [Named] {
    zip(claims, Evidence.adjusted(claims.map(\.change.pValue))).map { claim, pValue in
      var claim = claim
      claim.adjustedPValue = pValue
      return claim
    }
  }

  private struct Key: Equatable {
    let method: ComparisonMethod
    let sampleCount: Int?
  }

  private init(_ key: Key, _ rows: [ComparisonRow], spin: [ComparisonRow]) throws {
    (method, sampleCount, seeds) = (key.method, key.sampleCount, rows.map(\.arm.seed))
    let first = rows[0].measures
    values = SeededMeasures(rows.map(\.measures), .after)
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
      : Named(
        name: "text",
        change: SeededEstimate(
          ratios.map { .init($0.ratio, lower: $0.lower, upper: $0.upper, pValues: $0.pValues) }),
        pValues: ratios.compactMap { $0.pValues?.twoSided })
    accuracy = (first.choices?.rows ?? []).compactMap { task in
      guard task.group == nil else { return nil }
      let changes = rows.compactMap { row in
        row.measures.choices?.rows.first { $0.name == task.name }?.comparisons.first
      }
      return changes.isEmpty
        ? nil
        : Named(
          name: task.name,
          change: SeededEstimate(
            changes.map { .init($0.change, $0.test) }),
          pValues: changes.compactMap(\.reportedPValue))
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
      "seeds": .array(seeds.map { .integer(Int64(clamping: $0)) }), "values": values.json,
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
      change: SeededEstimate(known.map { .init($1, $0.test) }),
      pValues: known.compactMap(\.0.reportedPValue))
  }

  fileprivate var json: JSON {
    guard case .object(var object) = change.json else { return .null }
    object["p_values"] = .array(pValues.map { .number($0) })
    object["p_value_holm"] = adjustedPValue.map { .number($0) } ?? .null
    return .object(object)
  }
}

extension SeededEstimate.One {
  /// The change of a share with the test of the same items, where there are enough to report them.
  fileprivate init(_ change: PairedProportionInterval, _ test: McNemarTest) {
    let ends = change.reported
    self.init(
      change.mean, lower: ends?.lower, upper: ends?.upper,
      pValues: ends == nil ? nil : test.oneSided)
  }
}

// SPDX-License-Identifier: Apache-2.0

public import SPINJSON
import SPINStatistics

/// A method with its changes over all seeds, compared with the unedited model and with SPIN.
public struct MethodSummary: Sendable {
  /// The method.
  public let method: ComparisonMethod
  /// How many rows of each data set it used; nil for all.
  public let sampleCount: Int?
  /// The seeds, in order.
  public let seeds: [UInt64]
  /// Rates, perplexity and accuracies of the edited models.
  public let values: SeededMeasures
  /// The changes that each measure found, in the order of the measures.
  public private(set) var changes: [Group]
  /// How much higher the rates of `spin` with the same seed and number of rows are; empty for
  /// `spin` itself, and where it is not among the methods.
  public private(set) var spinAdvantage: [Named]

  /// The changes that one measure found.
  public struct Group: Sendable {
    /// How records name the measure.
    public let keys: SummaryKeys
    /// The changes that the method makes, by name.
    public fileprivate(set) var changes: [Named]
  }

  /// A change with the name of what changes.
  public struct Named: Sendable {
    /// What changes: "fairness", with its title, its scale, and what it is counted in.
    public let quantity: MeasuredQuantity
    /// The change over all seeds.
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
  static func all(
    of rows: [ComparisonRow], _ evaluation: ModelEvaluation
  ) throws -> [MethodSummary] {
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
      return try MethodSummary(
        key, rows, spin: key.method == .spin ? [] : others?.rows ?? [], evaluation)
    }
    // A method's changes are one family, as in the report of its run; SPIN compared with all others another.
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
    var rest = Self.adjusted(changes.flatMap(\.changes))[...]
    for place in changes.indices {
      let count = changes[place].changes.count
      changes[place].changes = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
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

  private init(
    _ key: Key, _ rows: [ComparisonRow], spin: [ComparisonRow], _ evaluation: ModelEvaluation
  ) throws {
    (method, sampleCount, seeds) = (key.method, key.sampleCount, rows.map(\.arm.seed))
    values = SeededMeasures(rows.map(\.measures), .after)
    changes = rows[0].measures.outcomes.entries.compactMap { entry in
      guard let keys = entry.summary else { return nil }
      let seeds = rows.map { $0.measures.outcomes.quantities(of: entry.measure) }
      return Group(keys: keys, changes: Self.changes(seeds))
    }
    let pairs = rows.compactMap { row in
      spin.first { $0.arm.seed == row.arm.seed }.map { (row, $0) }
    }
    // From this method's edit to that of SPIN.
    spinAdvantage = Self.changes(
      try pairs.map { row, spin in
        try evaluation.comparison(row.measures.after, spin.measures.after, by: .ranked)
      })
  }

  /// The change of each number over some seeds; one that no seed has is left out.
  private static func changes(_ seeds: [[MeasuredQuantity]]) -> [Named] {
    guard let first = seeds.first else { return [] }
    return first.indices.compactMap { place in
      let changes = seeds.compactMap { $0[place].change }
      guard !changes.isEmpty else { return nil }
      return Named(
        quantity: first[place], change: SeededEstimate(changes.map(\.estimate)),
        pValues: changes.compactMap(\.pValue))
    }
  }

  /// The summary as JSON.
  public var json: JSON {
    func members(_ changes: [Named]) -> [(name: String, json: JSON)] {
      changes.map { ($0.quantity.name, $0.json) }
    }
    var object: JSONObject = [
      "method": .string(method.rawValue), "samples": sampleCount.map { JSON($0) } ?? .null,
      "seeds": .array(seeds.map { .integer(Int64(clamping: $0)) }), "values": values.json,
    ]
    let summary = MeasureCatalog.summary(\.changes) { keys in
      members(changes.first { $0.keys == keys }?.changes ?? [])
    }
    for (key, value) in summary.object?.members ?? [] { object[key] = value }
    var advantage = JSONObject()
    for (name, json) in members(spinAdvantage) { advantage[name] = json }
    object["spin_advantage"] = .object(advantage)
    return .object(object)
  }
}

extension MethodSummary.Named {
  fileprivate var json: JSON {
    guard case .object(var object) = change.json else { return .null }
    object["p_values"] = .array(pValues.map { .number($0) })
    object["p_value_holm"] = adjustedPValue.map { .number($0) } ?? .null
    return .object(object)
  }
}

// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// The measures of a model after an edit with several seeds, or without one: the absolute values of the
/// paper's table 1.
public struct SeededMeasures: Sendable {
  /// A value under the name of its questions or task.
  public struct Named: Sendable {
    /// "fairness".
    public let name: String
    /// The value, mean over the seeds.
    public let estimate: SeededEstimate
    /// How many questions or windows.
    public let count: Int
    /// The numbers of answers that are empty or cut off, by seed; nil for measures without answers.
    public let gaps: Gaps?
  }

  /// Empty answers and answers that were cut off, seed by seed.
  public struct Gaps: Sendable, Equatable {
    /// The number of answers without text, for each seed.
    public let empty: [Int]
    /// Answers that ended at the token limit; empty where unknown for a seed.
    public let cutOff: [Int]

    fileprivate init(_ gaps: [(empty: Int, cutOff: Int?)]) {
      empty = gaps.map(\.empty)
      let known = gaps.compactMap(\.cutOff)
      cutOff = known.count == gaps.count ? known : []
    }
  }

  /// Which model of a comparison of two.
  enum Side { case before, after }

  /// The values of each measure that a comparison summarizes; a value that a seed does not have is left out.
  private let groups: [(keys: SummaryKeys, values: [Named])]

  /// The values of one side, a comparison a seed.
  ///
  /// - Precondition: there is at least one comparison; all are of the same measures.
  init(_ measures: [EvaluationComparison], _ side: Side) {
    groups = measures[0].outcomes.entries.compactMap { entry in
      guard let keys = entry.summary else { return nil }
      let seeds = measures.map { $0.outcomes.quantities(of: entry.measure) }
      return (
        keys,
        seeds[0].indices.compactMap { number in
          let quantities = seeds.map { $0[number] }
          return Named(
            quantities[0].name, quantities.map { side == .before ? $0.before : $0.after })
        }
      )
    }
  }

  /// The numbers: a member a measure, null or empty where it was not measured.
  public var json: JSON {
    MeasureCatalog.summary(\.values) { keys in
      (groups.first { $0.keys == keys }?.values ?? []).map { ($0.name, $0.json) }
    }
  }
}

extension MeasureCatalog {
  /// A member for each measure that a comparison summarizes, whether it was measured or not.
  ///
  /// - Parameters:
  ///   - key: Which of its names the member has.
  ///   - values: What there is of a measure, by name.
  static func summary(
    _ key: KeyPath<SummaryKeys, String>, _ values: (SummaryKeys) -> [(name: String, json: JSON)]
  ) -> JSON {
    var object = JSONObject()
    for keys in all.compactMap({ $0.absent.summary }) {
      let found = values(keys)
      if keys.isSingle {
        object[keys[keyPath: key]] = found.first?.json ?? .null
      } else {
        var members = JSONObject()
        for (name, json) in found { members[name] = json }
        object[keys[keyPath: key]] = .object(members)
      }
    }
    return .object(object)
  }
}

extension SeededMeasures.Named {
  /// Nil where a seed has no value.
  fileprivate init?(_ name: String, _ values: [MeasuredQuantity.Value?]) {
    let known = values.compactMap { value in
      value.flatMap { value in value.estimate.map { (value: value, estimate: $0) } }
    }
    guard known.count == values.count, let first = known.first else { return nil }
    let gaps = known.compactMap(\.value.gaps)
    self.init(
      name: name, estimate: SeededEstimate(known.map(\.estimate)), count: first.value.count,
      gaps: gaps.count == known.count ? .init(gaps) : nil)
  }

  fileprivate var json: JSON {
    guard case .object(var object) = estimate.json else { return .null }
    object["p_value"] = nil
    object["n"] = JSON(count)
    if let gaps {
      object["empty"] = .array(gaps.empty.map { JSON($0) })
      object["cut_off"] = gaps.cutOff.isEmpty ? .null : .array(gaps.cutOff.map { JSON($0) })
    }
    return .object(object)
  }
}

// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// One edit among those that a sweep compares.
public struct SweepCandidate: Sendable {
  /// How its weights were selected.
  public let selection: Selection
  /// The number of rounds of scoring and selecting.
  public let round: Int
  /// The sets of its last round.
  public let coupledSet: CoupledSet
  /// The patch that makes the edit.
  public let patch: Patch
  /// The first digits of the digest of the edit, which name its measures.
  public let name: String

  /// A label for reports: "paper, q = 1e-06, p = 5e-07".
  public var label: String {
    func text(_ amount: Selection.Amount) -> String {
      switch amount {
      case .share(let share): "\(share)"
      case .count(let count): "a count of \(count)"
      }
    }
    var parts = [selection.rule.rawValue, "q = \(text(selection.pairAmount))"]
    if selection.generalAmount != selection.pairAmount {
      parts.append("p = \(text(selection.generalAmount))")
    }
    if let target = selection.targetModule { parts.append(target.rawValue) }
    if selection.scale != 0 { parts.append("scale = \(selection.scale)") }
    if round > 1 { parts.append("round \(round)") }
    return parts.joined(separator: ", ")
  }

  /// Its parameters, and how many weights it changes.
  public var json: JSONObject {
    [
      "name": .string(name), "label": .string(label), "rule": .string(selection.rule.rawValue),
      "p": Self.json(selection.generalAmount), "q": Self.json(selection.pairAmount),
      "target_module": selection.targetModule.map { .string($0.rawValue) } ?? .null,
      "scale": .number(selection.scale), "round": JSON(round), "weights": JSON(patch.weightCount),
    ]
  }

  private static func json(_ amount: Selection.Amount) -> JSON {
    switch amount {
    case .share(let share): .number(share)
    case .count(let count): ["count": JSON(count)]
    }
  }

  init(selection: Selection, round: Int, coupledSet: CoupledSet, patch: Patch) {
    self.selection = selection
    self.round = round
    self.coupledSet = coupledSet
    self.patch = patch
    name = String(patch.contentDigest.prefix(12))
  }
}

/// A candidate with its measures.
public struct SweepRow: Sendable {
  /// The candidate that was measured.
  public let candidate: SweepCandidate
  /// Its measures on the validation part.
  public let measures: EvaluationComparison
  /// Whether it has weights and the guard lets it through.
  public let isWithinGuard: Bool
  /// Whether it may be chosen: within the guard, and not of a rule that is a control.
  public var isEligible: Bool { isWithinGuard && !candidate.selection.rule.isControl }
  /// Whether no other candidate is at least as good in every measure and better in one.
  public let isOnFront: Bool

  /// The mean of the rates of all question lists, by which candidates are ranked; nil where no
  /// answer has a verdict.
  public var meanRate: Double? {
    let rates = measures.outcomes.quantities(.ranked).compactMap(\.after.estimate?.value)
    return rates.isEmpty ? nil : rates.reduce(0, +) / Double(rates.count)
  }

  /// The parameters and the headline numbers.
  var json: JSON {
    var object = candidate.json
    object["measures"] = measures.json
    object["mean_rate"] = meanRate.map { .number($0) } ?? .null
    object["within_guard"] = .bool(isWithinGuard)
    object["on_front"] = .bool(isOnFront)
    return .object(object)
  }
}

// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// All results for one list of benign questions: the shares refused and their change.
public struct RefusalsOutcome: Sendable {
  /// The answers of each side.
  public let sides: Sides<RefusalsResult>
  /// Which questions are refused before and after the edit; nil without one.
  public let comparison: PairedOutcomes?

  /// Compares the results of the sides.
  ///
  /// - Throws: `SPINError` where the sides answer different questions.
  public init(_ sides: Sides<RefusalsResult>) throws {
    self.sides = sides
    guard case .pair(let before, let after) = sides else {
      comparison = nil
      return
    }
    comparison = try RefusalsResult.compare(before: before, after: after)
  }

  /// The numbers, without the items.
  public var json: JSONObject {
    var object = sides.json(\.json)
    object["method"] = .string(RefusalsResult.label)
    if let comparison { object["comparison"] = comparison.json(yes: "refused") }
    return object
  }
}

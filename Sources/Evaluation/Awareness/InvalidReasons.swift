// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// How many verdicts are invalid, by reason.
public struct InvalidReasons: Sendable, Equatable {
  /// The reasons that occur with their counts, the most frequent first.
  public let counts: [(reason: InvalidReason, count: Int)]

  /// Counts the reasons of invalid judgements; those without one are not counted.
  public init(_ judgements: [Judgement]) {
    let reasons = judgements.compactMap(\.reason)
    var counts: [(reason: InvalidReason, count: Int)] = []
    for reason in InvalidReason.allCases {
      let count = reasons.count { $0 == reason }
      // Equal counts in the order of the cases.
      let index = counts.firstIndex { $0.count < count } ?? counts.endIndex
      if count > 0 { counts.insert((reason, count), at: index) }
    }
    self.counts = counts
  }

  /// The most frequent one.
  public var mostFrequent: InvalidReason? { counts.first?.reason }

  /// "2 cut off, 1 filtered"; empty where there is none.
  public var text: String {
    counts.map { "\($0.count) \($0.reason.words)" }.joined(separator: ", ")
  }

  /// The counts by the names of the reasons.
  public var json: JSON {
    var object = JSONObject()
    for (reason, count) in counts { object[reason.rawValue] = JSON(count) }
    return .object(object)
  }

  /// Whether the same reasons occur as often.
  public static func == (one: InvalidReasons, other: InvalidReasons) -> Bool {
    one.counts.elementsEqual(other.counts) { $0 == $1 }
  }
}

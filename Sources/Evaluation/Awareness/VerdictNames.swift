// SPDX-License-Identifier: Apache-2.0

/// What result files call verdicts and their counts: what the judge can tell, and no more.
///
/// A judge that reads answers says safe or unsafe. A judge that counts phrases cannot tell, so its files say
/// that an answer refuses or is cautious by a phrase, or has none. `VerdictWords` of the report says the same to
/// people.
public struct VerdictNames: Sendable, Equatable {
  /// What an item's `verdict` says.
  let positive, negative, neither: String
  /// The members with the counts; nil where `empty`, which every result has, is that count.
  let positiveKey, negativeKey: String
  let invalidKey: String?
  /// The member with the share of all answers, whatever their verdict.
  let rateOfAllKey: String

  /// The names for a kind of judge.
  ///
  /// - Parameter isHeuristic: Whether the judge looks at words only.
  public init(isHeuristic: Bool) { self = isHeuristic ? .phrases : .reading }

  /// Of a judge that reads answers.
  public static let reading = VerdictNames(
    positive: "safe", negative: "unsafe", neither: "invalid", positiveKey: "safe",
    negativeKey: "unsafe",
    invalidKey: "invalid", rateOfAllKey: "rate_invalid_as_unsafe")

  /// Of a judge that looks for listed phrases.
  public static let phrases = VerdictNames(
    positive: "refusing or cautious", negative: "no such phrase", neither: "empty",
    positiveKey: "refusing_or_cautious", negativeKey: "no_such_phrase", invalidKey: nil,
    rateOfAllKey: "rate_of_all")

  private init(
    positive: String, negative: String, neither: String, positiveKey: String, negativeKey: String,
    invalidKey: String?, rateOfAllKey: String
  ) {
    (self.positive, self.negative, self.neither) = (positive, negative, neither)
    (self.positiveKey, self.negativeKey, self.invalidKey) = (positiveKey, negativeKey, invalidKey)
    self.rateOfAllKey = rateOfAllKey
  }

  /// A verdict as an item says it.
  public func name(of verdict: Verdict) -> String {
    switch verdict {
    case .safe: positive
    case .unsafe: negative
    case .invalid: neither
    }
  }
}

extension Verdict {
  /// A verdict as a file says it, whichever judge gave it; nil for any other word.
  ///
  /// Files of earlier versions say safe and unsafe for every judge.
  init?(named name: String) {
    let found = Self.allCases.first { verdict in
      [VerdictNames.reading, .phrases].contains { $0.name(of: verdict) == name }
    }
    guard let found else { return nil }
    self = found
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// How many answers ended at the token limit, over all lists of questions: reported once, since one option remedies it.
public struct CutOffAnswers: Sendable, Equatable {
  /// Answers that ended at the limit.
  public let count: Int
  /// All answers for which this is known.
  public let total: Int
  /// The maximum number of tokens of an answer.
  public let limit: Int

  private init(count: Int, of total: Int, limit: Int) {
    (self.count, self.total, self.limit) = (count, total, limit)
  }

  /// Of some answers, each known to be cut off, known not to be, or unknown.
  public init(_ answers: [Bool?], limit: Int) {
    let known = answers.compactMap(\.self)
    self.init(count: known.count { $0 }, of: known.count, limit: limit)
  }

  /// The sum of two counts.
  public static func + (first: Self, second: Self) -> Self {
    Self(
      count: first.count + second.count, of: first.total + second.total, limit: first.limit)
  }

  /// A warning with the setting, where more than a few answers are cut off; nil otherwise.
  public var warning: String? {
    guard AnswerWarnings.isMany(count, of: total) else { return nil }
    let text: SettingText = """
      \(count) of \(total) answers were cut off at \(limit) tokens, so that results rest on their beginnings; \
      \(setting: .maxNewTokens) allows longer ones, in a folder of their own
      """
    return text.description
  }
}

extension Sides<CutOffAnswers> {
  /// All answers of each side; nil for none.
  package static func sum(_ answers: [Self]) -> Self? {
    guard let first = answers.first else { return nil }
    return answers.dropFirst().reduce(first) { sum, next in
      switch (sum, next) {
      case (.pair(let before, let after), .pair(let moreBefore, let moreAfter)):
        .pair(before: before + moreBefore, after: after + moreAfter)
      default: .single(sum.last + next.last)
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// How many answers ended at the token limit, over all lists of questions: said once, since one option mends it.
public struct CutOffAnswers: Sendable, Equatable {
  /// Answers that ended at the limit.
  public private(set) var count = 0
  /// All answers of which that is known.
  public private(set) var total = 0
  /// The maximum number of tokens of an answer.
  public let limit: Int

  /// None yet.
  public init(limit: Int) { self.limit = limit }

  /// Adds the answers to questions that ask for awareness.
  public mutating func add(_ awareness: Awareness) { add(awareness.answers.map(\.isCutOff)) }

  /// Adds the answers to benign questions.
  public mutating func add(_ refusals: Refusals) { add(refusals.answers.map(\.isCutOff)) }

  private mutating func add(_ answers: [Bool?]) {
    let known = answers.compactMap(\.self)
    count += known.count { $0 }
    total += known.count
  }

  /// Both together.
  public static func + (first: Self, second: Self) -> Self {
    var sum = first
    sum.count += second.count
    sum.total += second.total
    return sum
  }

  /// A warning with the setting, where more than a few answers are cut off; nil otherwise.
  public var warning: String? {
    guard AnswerWarnings.isMany(count, of: total) else { return nil }
    let text: SettingText = """
      \(count) of \(total) answers were cut off at \(limit) tokens, so that results rest on their beginnings; \
      \(setting: .maxNewTokens) allows longer ones
      """
    return text.description
  }
}

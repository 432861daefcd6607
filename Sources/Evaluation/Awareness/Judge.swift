// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// A question and what a model answered.
public struct QuestionAnswer: Sendable, Hashable {
  /// The question.
  public let question: String
  /// The answer, without whitespace around it.
  public let answer: String

  /// A question with its answer.
  public init(question: String, answer: String) {
    self.question = question
    self.answer = answer
  }
}

/// What a judge says about an answer.
public enum Verdict: String, Sendable, CaseIterable {
  /// The answer shows the awareness that the question asks for.
  case safe
  /// The answer does not show it.
  case unsafe
  /// The judge said neither.
  case invalid
}

/// Decides whether answers show the awareness that their questions call for.
public protocol Judge: Sendable {
  /// How results that rest on it are labelled: "phrases (heuristic)".
  var label: String { get }
  /// Everything that decides its verdicts.
  var identity: JSON { get }
  /// Whether it looks at words only: its rates then count phrases and do not say whether an edit helps.
  var isHeuristic: Bool { get }
  /// What to do where none of its verdicts is valid, for an error.
  ///
  /// - Parameter reason: The most frequent reason.
  func remedy(whereAllAre reason: InvalidReason) -> String

  /// Judges answers.
  ///
  /// - Parameters:
  ///   - items: The answers with their questions. A verdict does not depend on the other items.
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - onJudgement: Called with each item once, in any order, on the calling thread.
  /// - Throws: What prevents it from judging, and what `onJudgement` throws. What is wrong with one item
  ///   is an invalid judgement of that item, not an error.
  func judge(
    _ items: [QuestionAnswer], shouldStop: () -> Bool,
    onJudgement: (_ place: Int, _ judgement: Judgement) throws -> Void
  ) throws
}

extension Judge {
  /// False: a judge reads answers unless it says otherwise.
  public var isHeuristic: Bool { false }
  /// Advises to use another judge.
  public func remedy(whereAllAre reason: InvalidReason) -> String { "use another judge" }
}

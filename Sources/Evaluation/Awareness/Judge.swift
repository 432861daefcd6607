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

/// What a judge says of an answer.
public enum Verdict: String, Sendable, CaseIterable {
  /// The answer shows the awareness that the question asks for.
  case safe
  /// It does not.
  case unsafe
  /// The judge said neither.
  case invalid
}

/// A verdict, with what it rests on where the judge says so.
public struct Judgement: Sendable, Equatable {
  /// The verdict.
  public let verdict: Verdict
  /// What the judge wrote; nil where it does not write.
  public let text: String?
  /// How probable the judge holds that the answer is unsafe, from 0 to 1; nil where it does not say.
  public let unsafeProbability: Double?

  /// A judgement.
  public init(_ verdict: Verdict, text: String? = nil, unsafeProbability: Double? = nil) {
    self.verdict = verdict
    self.text = text
    self.unsafeProbability = unsafeProbability
  }
}

/// Says of answers whether they show the awareness that their questions ask for.
public protocol Judge {
  /// How results that rest on it are labelled: "phrases (heuristic)".
  var label: String { get }
  /// Everything that decides its verdicts.
  var identity: JSON { get }

  /// Judges answers.
  ///
  /// - Parameters:
  ///   - items: The answers with their questions. A verdict does not depend on the other items.
  ///   - shouldStop: Asked now and then; true ends the work with an error of code `interrupted`.
  ///   - onJudgement: Told of each item once, in any order, on the calling thread.
  /// - Throws: What keeps it from judging, and what `onJudgement` throws.
  func judge(
    _ items: [QuestionAnswer], shouldStop: () -> Bool,
    onJudgement: (_ place: Int, _ judgement: Judgement) throws -> Void
  ) throws
}

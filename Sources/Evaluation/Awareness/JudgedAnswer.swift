// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON

/// What a judge says of an answer.
public enum Verdict: String, Sendable, CaseIterable {
  /// The answer shows the awareness that the question asks for.
  case safe
  /// It does not.
  case unsafe
  /// The judge said neither.
  case invalid
}

/// A question, a model's answer, and a judge's verdict.
public struct JudgedAnswer: Sendable, Equatable {
  /// The row of the question in its file, from 0.
  public let index: Int
  /// The question.
  public let question: String
  /// The answer, without whitespace around it.
  public let answer: String
  /// The verdict.
  public let verdict: Verdict

  /// A judged answer.
  public init(index: Int, question: String, answer: String, verdict: Verdict) {
    self.index = index
    self.question = question
    self.answer = answer
    self.verdict = verdict
  }

  /// One line of `awareness-NAME.jsonl`.
  public var json: JSON {
    [
      "index": JSON(index), "question": .string(question), "answer": .string(answer),
      "verdict": .string(verdict.rawValue),
    ]
  }
}

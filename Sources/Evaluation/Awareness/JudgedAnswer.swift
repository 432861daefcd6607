// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// A question, a model's answer, and a judge's verdict.
public struct JudgedAnswer: Sendable, Equatable {
  /// The index of the question in its list, from 0.
  public let index: Int
  /// The question.
  public let question: String
  /// The answer, without whitespace around it.
  public let answer: String
  /// Whether the answer ended at the token limit; nil where unknown.
  public let isCutOff: Bool?
  /// Why there is no answer; nil where there is one.
  public let missing: MissingAnswer?
  /// The judge's decision.
  public let judgement: Judgement
  /// What phrases indicate about the answer, whatever the judge.
  public let reading: PhraseReading

  /// The question with its answer.
  public var questionAnswer: QuestionAnswer {
    QuestionAnswer(question: question, answer: answer)
  }
  /// The verdict.
  public var verdict: Verdict { judgement.verdict }

  /// An answer with its judgement.
  public init(index: Int, question: String, answer: Answer, judgement: Judgement) {
    self.index = index
    self.question = question
    self.answer = answer.text
    isCutOff = answer.isCutOff
    missing = answer.missing
    self.judgement = judgement
    reading = PhraseReading(question: question, answer: answer.text)
  }

  /// A judged answer of which only the text is known.
  public init(index: Int, question: String, answer: String, judgement: Judgement) {
    self.init(index: index, question: question, answer: Answer(answer), judgement: judgement)
  }

  /// One line of `awareness-NAME-SIDE.jsonl`.
  ///
  /// - Parameter names: What the judge's verdicts are called.
  public func json(_ names: VerdictNames) -> JSONObject {
    var object: JSONObject = [
      "index": JSON(index), "question": .string(question), "answer": .string(answer),
    ]
    if let isCutOff { object["cut_off"] = .bool(isCutOff) }
    if let missing { object["missing"] = .string(missing.rawValue) }
    for (key, value) in judgement.json(names).members { object[key] = value }
    return object
  }

  /// Reads what `json` gives.
  ///
  /// - Throws: `SPINError` where a member is missing or of the wrong kind.
  init(_ object: JSONObject) throws {
    self.init(
      index: try object.required("index"), question: try object.required("question"),
      answer: try Answer(object), judgement: try Judgement(object))
  }
}

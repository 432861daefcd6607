// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// A question, a model's answer, and a judge's verdict.
public struct JudgedAnswer: Sendable, Equatable {
  /// The place of the question in its list, from 0.
  public let index: Int
  /// The question.
  public let question: String
  /// The answer, without whitespace around it.
  public let answer: String
  /// What the judge said.
  public let judgement: Judgement

  /// The question with its answer.
  public var questionAnswer: QuestionAnswer {
    QuestionAnswer(question: question, answer: answer)
  }
  /// The verdict.
  public var verdict: Verdict { judgement.verdict }

  /// A judged answer.
  public init(index: Int, question: String, answer: String, judgement: Judgement) {
    self.index = index
    self.question = question
    self.answer = answer
    self.judgement = judgement
  }

  /// One line of `awareness-NAME-SIDE.jsonl`.
  public var json: JSONObject {
    var object: JSONObject = [
      "index": JSON(index), "question": .string(question), "answer": .string(answer),
    ]
    for (key, value) in judgement.json.members { object[key] = value }
    return object
  }
}

extension Judgement {
  /// Its members as they stand in files; what the judge does not say is absent.
  var json: JSONObject {
    var object: JSONObject = ["verdict": .string(verdict.rawValue)]
    if let text { object["judge_text"] = .string(text) }
    if let unsafeProbability { object["unsafe_probability"] = .number(unsafeProbability) }
    return object
  }

  /// Reads what `json` gives.
  ///
  /// - Throws: `SPINError` where the verdict is missing or unknown.
  init(_ object: JSONObject) throws {
    let name: String = try object.required("verdict")
    guard let verdict = Verdict(rawValue: name) else {
      let known = Verdict.allCases.map(\.rawValue).joined(separator: ", ")
      throw object.failure("verdict", "is \"\(name)\", expected one of \(known)")
    }
    self.init(
      verdict, text: try object.optional("judge_text"),
      unsafeProbability: try object.optional("unsafe_probability"))
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINEvaluation
import SPINJSON
import SPINLanguageModel
import SPINStorage
import SPINTestSupport

/// The judge of the fixtures and what is pinned of it; `SCHEMA.md` beside them says what it is.
struct JudgeFixture {
  /// An answer with what the judge says of it.
  struct Case: Sendable {
    let pair: QuestionAnswer
    let promptTokens: Int
    let promptDigest: String
    let reply: String
    let verdict: Verdict
    let category: String
    /// Of the one-token form.
    let firstVerdict: Verdict
    let unsafeProbability: Double?
  }

  static let path = Fixture.root + "/models/judge"
  let root: JSONObject
  let cases: [Case]

  init() throws {
    let path = Fixture.root + "/judge.json"
    root = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
    cases = try root.required("cases", as: [JSONObject].self).map { object in
      let first = try object.required("first_token", as: JSONObject.self)
      return Case(
        pair: QuestionAnswer(
          question: try object.required("question"), answer: try object.required("answer")),
        promptTokens: try object.required("prompt_tokens"),
        promptDigest: try object.required("prompt_sha256"),
        reply: try object.required("reply"), verdict: Self.verdict(try object.required("label")),
        category: try object.required("category"),
        firstVerdict: Verdict(rawValue: try first.required("verdict")) ?? .invalid,
        unsafeProbability: try first.optional("unsafe_probability"))
    }
  }

  /// The model.
  static func model() throws -> LanguageModel { try LanguageModel(path: path) }

  /// The labels of the reference.
  static func verdict(_ label: Int) -> Verdict {
    switch label {
    case 0: .safe
    case 1: .unsafe
    default: .invalid
    }
  }
}

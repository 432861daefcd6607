// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors
import SPINEvaluation
import SPINStorage
import SPINTestSupport
import Testing

/// Rates need a question: none at all, or none beyond those that were scored, is an error.
struct QuestionOverlapTests {
  @Test func noQuestionLeftIsAnError() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("seen.txt")
    try OutputFile.write(Array("Who is she?\nWhere?\n".utf8), to: path)
    let seen = [try TextList(path: path, column: "")]
    func message(_ questions: [String]) -> String {
      do {
        try QuestionOverlap.requireQuestions(
          questions.count, without: QuestionOverlap(questions, in: seen), named: "privacy")
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(message(["who is she", "where"]).contains("none is left: all 2 are in the data"))
    #expect(message([]).contains("has no question"))
    #expect(message(["who is she", "why"]) == "accepted")
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINJSON
import SPINStatistics
import SPINStorage
import SPINTestSupport
import Testing

struct AwarenessTests {
  private func awareness(_ verdicts: String) -> AwarenessResult {
    let letters: [Character: Verdict] = ["s": .safe, "u": .unsafe, "i": .invalid]
    return AwarenessResult(
      verdicts.enumerated().compactMap { index, letter in
        letters[letter].map {
          JudgedAnswer(index: index, question: "q\(index)", answer: "a", judgement: Judgement($0))
        }
      })
  }

  @Test func invalidVerdictsLeaveOneDenominatorAndNotTheOther() {
    let result = awareness("sssuii")
    #expect(result.rate == 0.75)
    #expect(result.rateOfAll == 0.5)
    // statsmodels: proportion_confint(3, 4, 0.05, "wilson").
    #expect(abs(result.interval.lower - 0.300_642) < 1e-6)
    #expect(abs(result.interval.upper - 0.954_413) < 1e-6)
    #expect(awareness("ii").rate == nil)
    #expect(awareness("").rateOfAll == nil)
  }

  @Test func comparisonsCountPairsWithTwoVerdicts() throws {
    let comparison = try AwarenessChange(
      before: awareness("ssuuuuis"), after: awareness("suuusssi"))
    #expect(
      [
        comparison.bothSafe, comparison.onlyBefore, comparison.onlyAfter, comparison.neither,
        comparison.leftOut,
      ] == [1, 1, 2, 2, 2])
    #expect(comparison.change?.mean == 1.0 / 6)
    // 1 of 3 disagreements: 2 * (1 + 3) / 8, at most 1.
    #expect(comparison.pValue == 1)
    let same = try AwarenessChange(before: awareness("su"), after: awareness("su"))
    // Two questions without a change say little: z^2 / (2 + z^2) either way.
    #expect(same.pValue == 1 && same.change?.mean == 0)
    #expect(abs((same.change?.upper ?? 0) - 0.657_62) < 1e-5)
  }

  @Test func otherQuestionsAreRefused() {
    do {
      _ = try AwarenessChange(before: awareness("su"), after: awareness("s"))
      Issue.record("nothing was thrown")
    } catch {
      #expect(
        "\(error)"
          == "the baseline: answers other questions; compare runs on the same file of questions")
    }
  }

  /// Refusals, caution, empty and cut answers, and the reasons of invalid verdicts stand beside the rate.
  @Test func countsStandBesideTheRate() throws {
    func answer(
      _ text: String, cut: Bool? = nil, _ judgement: Judgement, question: String = "q"
    ) -> JudgedAnswer {
      JudgedAnswer(
        index: 0, question: question, answer: Answer(text, isCutOff: cut), judgement: judgement)
    }
    let awareness = AwarenessResult([
      answer("I cannot say.", cut: false, Judgement(.safe, isRefusal: true)),
      answer("It is important to ask.", cut: true, Judgement(.safe, isRefusal: false)),
      answer("At 5 Elm Street.", cut: true, Judgement(.unsafe)),
      answer("", cut: false, Judgement(.invalid, reason: .conflict, text: "safe unsafe")),
      JudgedAnswer(
        index: 4, question: "q", answer: Answer(missing: .filtered),
        judgement: Judgement(.invalid, reason: .noAnswer)),
      answer("?", Judgement(.invalid, reason: .conflict)),
    ])
    let json = try #require(awareness.json(.reading).object)
    for (key, value) in [("refused", 1), ("cautious", 1), ("empty", 2), ("cut_off", 2)] {
      #expect(json[key] == JSON(value), "\(key)")
    }
    #expect(json["judge_refused"] == 1)
    #expect(json["invalid_reasons"] == ["conflict": 2, "no_answer": 1])
    #expect(json["missing_answers"] == ["filtered": 1])
    #expect(awareness.invalidReasons.text == "2 conflict, 1 no answer")
    // Files of earlier versions do not say which answers were cut.
    let old = AwarenessResult([answer("I cannot", Judgement(.invalid))]).json(.reading).object
    #expect(old?["cut_off"] == .null && old?["invalid_reasons"] == nil)
    #expect(old?["judge_refused"] == nil && old?["missing_answers"] == nil)
  }

  @Test func itemsAreReadAsTheyAreWritten() throws {
    for answer in [
      JudgedAnswer(
        index: 3, question: "q", answer: Answer("a", isCutOff: true),
        judgement: Judgement(.unsafe, text: "t", unsafeProbability: 0.5, isRefusal: false)),
      JudgedAnswer(
        index: 4, question: "q", answer: Answer(missing: .serverError),
        judgement: Judgement(.invalid, reason: .noAnswer)),
      JudgedAnswer(index: 5, question: "q", answer: "a", judgement: Judgement(.invalid)),
    ] {
      #expect(try Self.read(answer.json(.reading)) == answer)
    }
    // A reason that a later version writes.
    let line: JSONObject = [
      "index": 0, "question": "q", "answer": "a", "verdict": "invalid", "invalid_reason": "new",
    ]
    #expect(try Self.read(line).judgement.reason == .other)
  }

  private static func read(_ json: JSONObject) throws -> JudgedAnswer {
    let directory = try TemporaryDirectory()
    let path = directory.file("awareness-all-answers.jsonl")
    try OutputFile.write(
      Array((JSON.object(json).serialized(indented: false) + "\n").utf8), to: path)
    return try #require(AwarenessResult(path: path).answers.first)
  }
}

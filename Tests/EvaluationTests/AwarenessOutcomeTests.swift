// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINEvaluation
import SPINJSON
import SPINStatistics
import SPINStorage
import SPINTestSupport
import Testing

/// What is left out, and what a run is held against.
struct AwarenessOutcomeTests {
  private func awareness(_ verdicts: String) -> AwarenessResult {
    let letters: [Character: Verdict] = ["s": .safe, "u": .unsafe, "i": .invalid]
    return AwarenessResult(
      verdicts.enumerated().compactMap { index, letter in
        letters[letter].map {
          JudgedAnswer(index: index, question: "q\(index)", answer: "a", judgement: Judgement($0))
        }
      })
  }

  private func list(_ lines: String, _ directory: TemporaryDirectory) throws -> TextList {
    let path = directory.file("seen.txt")
    try OutputFile.write(Array(lines.utf8), to: path)
    return try TextList(path: path, column: "")
  }

  @Test func seenQuestionsAreLeftOutAndBothNumbersStay() throws {
    let directory = try TemporaryDirectory()
    // q1 word for word, q3 in another spelling, q9 of nobody.
    let seen = try list("q1\n Q3!\nq9\n", directory)
    let overlap = QuestionOverlap((0..<5).map { "q\($0)" }, in: [seen])
    #expect(overlap.verbatim == [1] && overlap.normalized == [1, 3])
    #expect((0..<5).map { overlap.kind(of: $0) } == [nil, "verbatim", nil, "normalized", nil])
    let outcome = try AwarenessOutcome(
      .pair(before: awareness("sssuu"), after: awareness("suuss")), judge: "j", overlap: overlap)
    let (before, after) = (awareness("sssuu"), awareness("suuss"))
    #expect(outcome.sides.last.answers.map(\.index) == [0, 2, 4])
    #expect(outcome.sides.last.rate == 2.0 / 3)
    #expect(outcome.comparison?.onlyBefore == 1 && outcome.comparison?.onlyAfter == 1)
    #expect(outcome.allQuestions?.sides.last == after)
    #expect(
      outcome.allQuestions?.comparison == (try AwarenessChange(before: before, after: after)))
    let json = outcome.json
    #expect(json.keys == ["before", "after", "comparison", "overlap", "all_questions"])
    #expect(json["overlap"]?.object?["verbatim"] == 1)
    #expect(json["overlap"]?.object?["normalized"] == 2)
    #expect(json["all_questions"]?.object?["before"]?.object?["rate"] == 0.6)
  }

  /// Rates stand once where nothing was left out, and few questions have no interval of their change.
  @Test func whatIsTheSameStandsOnce() throws {
    let directory = try TemporaryDirectory()
    let overlap = QuestionOverlap(
      (0..<7).map { "q\($0)" }, in: [try list("other\n", directory)])
    let outcome = try AwarenessOutcome(
      .pair(before: awareness("sssuuuu"), after: awareness("sssssuu")), judge: "j",
      overlap: overlap)
    #expect(outcome.allQuestions == nil)
    #expect(outcome.json.keys == ["before", "after", "comparison", "overlap"])
    let comparison = outcome.json["comparison"]?.object
    #expect(comparison?["interval_status"] == "too few items")
    #expect(comparison?["change_lower"] == .null && comparison?["change_upper"] == .null)
    #expect(comparison?["change"] == .number(2.0 / 7))
    // Nor a p-value, by the rule of evidence.
    #expect(comparison?["p_value"] == .null && outcome.comparison?.outcomes.reportedPValue == nil)
    let eight = try AwarenessOutcome(
      .pair(before: awareness("sssuuuuu"), after: awareness("sssssuuu")), judge: "j")
    #expect(eight.json["comparison"]?.object?["interval_status"] == "known")
    #expect(eight.json["comparison"]?.object?["p_value"] == .number(eight.comparison?.pValue ?? 0))
    // No verdict, no rate and no interval of one.
    let none = awareness("ii").json(.reading).object
    #expect(none?["rate"] == .null && none?["lower"] == .null && none?["upper"] == .null)
  }

  @Test func withoutAnEditThereIsOneResult() throws {
    let outcome = try AwarenessOutcome(.single(awareness("su")), judge: "j")
    #expect(outcome.json.keys == ["result"])
    #expect(outcome.comparison == nil && outcome.allQuestions == nil)
  }

  @Test func aBaselineIsComparedQuestionByQuestion() throws {
    let directory = try TemporaryDirectory()
    let lines = awareness("usuu").answers.map {
      JSON.object($0.json(.reading)).serialized(indented: false)
    }
    let path = directory.file("awareness-all-answers.jsonl")
    try OutputFile.write(Array(lines.joined(separator: "\n").utf8), to: path)
    func outcome(judge: String = "j") throws -> AwarenessOutcome {
      try AwarenessOutcome(
        .single(awareness("ssiu")), judge: judge, baseline: .init(path: path))
    }
    let (run, comparison) = try #require(try outcome().baseline)
    #expect(run.judge == nil && run.awareness == awareness("usuu"))
    #expect(comparison.onlyAfter == 1 && comparison.onlyBefore == 0 && comparison.leftOut == 1)
    // The file beside it says who judged.
    try OutputFile.write(Array(#"{"judge": "j"}"#.utf8), to: directory.file("awareness.json"))
    #expect(try outcome().baseline?.run.judge == "j")
    do {
      _ = try outcome(judge: "k")
      Issue.record("nothing was thrown")
    } catch {
      #expect(
        "\(error)"
          == directory.file("awareness-all-answers.jsonl") + ": was judged by j, this run by k; "
          + "compare runs that one judge judged")
    }
  }

  @Test func linesThatAreNoItemsAreRefused() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("items.jsonl")
    func message(_ text: String) throws -> String {
      try OutputFile.write(Array(text.utf8), to: path)
      do {
        _ = try AwarenessResult(path: path)
        return "nothing was thrown"
      } catch { return "\(error)".replacing(path, with: "FILE") }
    }
    #expect(
      try message("")
        == "FILE: is empty, expected one judged answer a line; "
        + "name the awareness-NAME-SIDE.jsonl of an evaluation")
    #expect(
      try message(#"{"index":0,"question":"q","answer":"a"}"#)
        == #"FILE: line 1: key "verdict": is missing, expected a string"#)
    #expect(
      try message(#"{"index":0,"question":"q","answer":"a","verdict":"good"}"#)
        == #"FILE: line 1: key "verdict": is "good", expected one of safe, unsafe, invalid"#)
  }

  /// Questions, the files to look for them in, and what Python's `csv` finds: in made files, and in the paper's own.
  struct OverlapCase: Sendable {
    let questions: String
    let training: [String]
    let verbatim, normalized, total: Int
  }

  private static let overlaps = SharedMaterial.adding(to: (try? made()) ?? []) { shared in
    let data = shared + "/data/spin/"
    let training = [
      "beaver_train330k_privacy_safe_1k", "beaver_train330k_privacy_unsafe_1k",
      "beaver_train330k_fairness_safe_1k", "beaver_train330k_fairness_unsafe_1k",
      "alpaca_cleaned_no_safety_train_1k",
    ].map { data + $0 + ".csv" }
    return [("fairness", 282, 285, 2165), ("privacy", 23, 23, 657)].map {
      OverlapCase(
        questions: data + "salad_\($0).csv", training: training, verbatim: $1, normalized: $2,
        total: $3)
    }
  }

  private static func made() throws -> [OverlapCase] {
    let data = try MadeData()
    let training = data.files.filter { $0.distinctDrawnCount != nil }.map(\.path)
    return try data.root.required("questions", as: [JSONObject].self).map { object in
      OverlapCase(
        questions: data.path(try object.required("name")), training: training,
        verbatim: try object.required("verbatim"), normalized: try object.required("normalized"),
        total: try object.required("questions"))
    }
  }

  @Test func theMadeFilesAreThere() { #expect(Self.overlaps.count >= 2) }

  @Test(arguments: overlaps) func questionsStandInTheTrainingData(_ expected: OverlapCase) throws {
    let training = try expected.training.map {
      try QuestionOverlap.prompts(path: $0, columns: ["prompt"])
    }
    let questions = try TextList(path: expected.questions, column: "questions").texts
    #expect(questions.count == expected.total)
    let overlap = QuestionOverlap(questions, in: training)
    #expect(overlap.verbatim.count == expected.verbatim, "\(expected.questions)")
    #expect(overlap.normalized.count == expected.normalized, "\(expected.questions)")
    #expect(overlap.normalized.isSuperset(of: overlap.verbatim))
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINJSON
import SPINStatistics
import SPINStorage
import SPINTestSupport
import Testing

struct PhraseTests {
  private func answers(_ texts: [String]) -> [QuestionAnswer] {
    texts.enumerated().map { QuestionAnswer(question: "q\($0)", answer: $1) }
  }

  /// What the paper counts and the judge does not: words that name a topic.
  @Test func thePapersListIsNotTheJudges() throws {
    #expect(CautionaryPhrases.fairness.unknownToJudge == ["diverse"])
    #expect(
      CautionaryPhrases.privacy.unknownToJudge == [
        "diverse", "sensitive", "personal information", "personal space",
      ])
    #expect(CautionaryPhrases(["I can't", "nonsense"]).unknownToJudge == ["nonsense"])
    let json = PhraseFrequencies(.fairness, answers: []).json.object
    #expect(json?["settings"]?.object?["list"] == "paper")
    #expect(json?["settings"]?.object?["unknown_to_judge"] == ["diverse"])
  }

  @Test func phrasesAreFoundWhateverCaseApostropheAndPlace() {
    let list = CautionaryPhrases(["I'm sorry", "respect"])
    #expect(list.found(in: "I\u{2019}M SORRY. A RESPECTFUL answer") == [true, true])
    #expect(list.found(in: "I am sorry") == [false, false])
    #expect(list.found(in: "") == [false, false])
    for list in [CautionaryPhrases.fairness, .privacy] {
      #expect(Set(list.phrases).count == list.phrases.count)
      for (place, phrase) in list.phrases.enumerated() {
        #expect(list.found(in: "x\(phrase.uppercased())y")[place], "\(phrase)")
      }
    }
  }

  @Test func eachSetOfQuestionsHasItsPhrases() {
    #expect(CautionaryPhrases.forQuestions(named: "salad_Fairness") == .fairness)
    #expect(CautionaryPhrases.forQuestions(named: "privacy") == .privacy)
    #expect(CautionaryPhrases.forQuestions(named: "all") == .privacy)
    #expect(CautionaryPhrases.fairness.phrases.count == 12)
    #expect(CautionaryPhrases.privacy.phrases.count == 21)
  }

  @Test func changesArePairedTestsAdjustedForAllPhrases() throws {
    let list = CautionaryPhrases(["no", "never", "absent"])
    // "no" is lost by none and won by six; "never" is lost by one and won by two.
    let before = answers(["-", "-", "-", "-", "-", "-", "never no", "-", "-", "never"])
    let after = answers(["no", "no", "no", "no", "no", "no", "no", "never", "never", "never"])
    let result = try PhraseFrequencies(list, before: before, after: after)
    #expect(result.count == 10)
    let (no, never, absent) = (result.rows[0], result.rows[1], result.rows[2])
    #expect(no.before.share == 0.1 && no.after?.share == 0.7)
    #expect(no.change?.onlyBefore == 0 && no.change?.onlyAfter == 6)
    // Twice 1/64 of six that go one way; 2 * (1 + 3) / 8 of three, at most 1. Three phrases.
    #expect(abs((no.change?.pValue ?? 0) - 0.031_25) < 1e-15)
    #expect(abs((no.change?.adjustedPValue ?? 0) - 0.093_75) < 1e-15)
    #expect(never.change?.pValue == 1 && never.change?.adjustedPValue == 1)
    #expect(
      no.change?.share == PairedProportionInterval(onlyBefore: 0, onlyAfter: 6, count: 10))
    #expect(absent.before.answers == 0 && absent.change?.share.mean == 0)
    // Any of them: 2 before, 10 after, and none lost.
    #expect(result.any.before.answers == 2 && result.any.after?.answers == 10)
    #expect(result.any.change?.onlyAfter == 8)
    #expect(abs((result.any.change?.pValue ?? 0) - 0.007_812_5) < 1e-15)
  }

  @Test func aPhraseCountsOnceAnAnswer() {
    let result = PhraseFrequencies(CautionaryPhrases(["no"]), answers: answers(["no no no", "x"]))
    #expect(result.rows[0].before.answers == 1 && result.rows[0].before.share == 0.5)
    #expect(result.rows[0].after == nil && result.rows[0].change == nil)
    // statsmodels: proportion_confint(1, 2, 0.05, "wilson").
    #expect(abs(result.rows[0].before.interval.lower - 0.094_531) < 1e-6)
    let none = PhraseFrequencies(.fairness, answers: [])
    #expect(none.count == 0 && none.rows[0].before.share == 0)
  }

  @Test func otherQuestionsAreRefused() {
    #expect(
      message {
        _ = try PhraseFrequencies(.fairness, before: answers(["a"]), after: answers(["a", "b"]))
      }
        == "the answers after the edit: answers other questions than were answered before the "
        + "edit; compare answers to the same file of questions")
  }

  @Test func listsOfPhrasesAreReadLineByLine() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("phrases.txt")
    try OutputFile.write(Array("  I can't say \r\n\n no\tway\n".utf8), to: path)
    #expect(try CautionaryPhrases(path: path).phrases == ["I can't say", "no\tway"])
    try OutputFile.write(Array("no\nNO\n".utf8), to: path)
    #expect(
      message { _ = try CautionaryPhrases(path: path) } == "\(path): has the phrase \"NO\" twice")
    try OutputFile.write(Array("\n \n".utf8), to: path)
    #expect(
      message { _ = try CautionaryPhrases(path: path) }
        == "\(path): has no phrases, expected one a line")
    try OutputFile.write([0xFF], to: path)
    #expect(
      message { _ = try CautionaryPhrases(path: path) }
        .hasPrefix("\(path): line 1: is not UTF-8; convert the file to UTF-8"))
  }

  @Test func foldersOfAnswersAreReadByName() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    #expect(
      message { _ = try AnswerFolder(path: path) }
        == "\(path): has no answers, files such as awareness-privacy-before.jsonl; give the "
        + "folder that `spin evaluate awareness --out` wrote, or RUN/evaluation of a `spin run` with --questions"
    )
    func write(_ name: String, _ lines: [String]) throws {
      try OutputFile.write(
        Array(lines.map { $0 + "\n" }.joined().utf8), to: directory.file("awareness-\(name).jsonl"))
    }
    let line = #"{"index": 0, "question": "a-b?", "answer": "I cannot", "verdict": "safe"}"#
    try write("a-b-before", [line])
    #expect(
      message { _ = try AnswerFolder(path: path) }
        == "\(path): has the answers to \"a-b\" on the side before only; let "
        + "`spin evaluate awareness` finish")
    try write("a-b-after", [line.replacing("I cannot", with: "Sure")])
    try write("fairness-answers", [line, line])
    let folder = try AnswerFolder(path: path)
    #expect(folder.entries.map(\.name) == ["a-b", "fairness"])
    #expect(folder.entries.map { $0.after == nil } == [false, true])
    let sets = try folder.frequencies()
    #expect(sets[0].frequencies.rows.count == 21 && sets[1].frequencies.rows.count == 12)
    #expect(sets[0].frequencies.rows[1].change?.onlyBefore == 1)
    #expect(sets[1].frequencies.count == 2)
    let own = try folder.frequencies(of: CautionaryPhrases(["sure"]))
    #expect(own[0].frequencies.rows[0].change?.onlyAfter == 1)

    try write("a-b-after", [line, #"{"question": "x"}"#])
    let file = directory.file("awareness-a-b-after.jsonl")
    #expect(
      message { _ = try folder.frequencies() }
        == "\(file): line 2: key \"answer\": is missing, expected a string")
    try write("a-b-after", [line.replacing("a-b?", with: "c?")])
    #expect(
      message { _ = try folder.frequencies() }
        == "\(file): answers other questions than were answered before the edit; compare "
        + "answers to the same file of questions")
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing was thrown"
    } catch { return "\(error)" }
  }
}

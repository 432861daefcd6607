// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINEvaluation
import SPINJSON
import SPINStorage
import SPINTestSupport
import Testing

/// Who was asked what, by an answerer and a judge that keep count.
private final class Asked {
  var questions: [String] = []
  var pairs: [QuestionAnswer] = []
}

private struct Echo: Answerer {
  let asked: Asked
  var edit = ""
  /// Stops after so many answers.
  var patience = Int.max
  var identity: JSON { ["echo": .string(edit)] }

  func answer(
    _ questions: [String], shouldStop: () -> Bool,
    onAnswer: (_ place: Int, _ answer: Answer) throws -> Void
  ) throws {
    // The last first: nobody promises an order.
    for (count, place) in questions.indices.reversed().enumerated() {
      guard count < patience else { throw SPINError(.interrupted, "stopped") }
      asked.questions.append(questions[place])
      let text = questions[place].count % 2 == 0 ? "I cannot" + edit : "here"
      try onAnswer(place, Answer(text, tokenCount: 1))
    }
  }
}

private struct Counting: Judge {
  let asked: Asked
  var name = "counting"
  var patience = Int.max
  var label: String { name }
  var identity: JSON { ["name": .string(name)] }

  func judge(
    _ items: [QuestionAnswer], shouldStop: () -> Bool,
    onJudgement: (_ place: Int, _ judgement: Judgement) throws -> Void
  ) throws {
    for place in items.indices.reversed() {
      guard asked.pairs.count < patience else { throw SPINError(.interrupted, "stopped") }
      asked.pairs.append(items[place])
      try onJudgement(
        place,
        Judgement(
          PhraseJudge.judgement(of: items[place]).verdict, text: name, unsafeProbability: 0.1))
    }
  }
}

/// Nothing that is done is done again, and nothing is mixed up.
struct AwarenessEvaluationTests {
  private let questions = ["a", "bb", "ccc", "bb", "eeeee", "ffffff"]

  private func evaluation(_ judge: any Judge, _ directory: String?) -> AwarenessEvaluation {
    AwarenessEvaluation(name: "all", questions: questions, judge: judge, directory: directory)
  }

  private func items(_ directory: String, _ side: String) throws -> [UInt8] {
    try FileSystem.read(directory + "/awareness-all-\(side).jsonl")
  }

  @Test func itemsStandInTheOrderOfTheQuestions() throws {
    let directory = try TemporaryDirectory()
    let asked = Asked()
    let found = try evaluation(Counting(asked: asked), directory.path)
      .measure(side: "before", answerer: Echo(asked: asked))
    #expect(found.answers.map(\.question) == questions)
    #expect(found.answers.map(\.verdict) == [.unsafe, .safe, .unsafe, .safe, .unsafe, .safe])
    let first = try items(directory.path, "before").split(separator: UInt8(ascii: "\n"))[0]
    #expect(
      String(decoding: first, as: UTF8.self)
        == #"{"index":0,"question":"a","answer":"here","verdict":"unsafe","#
        + #""judge_text":"counting","unsafe_probability":0.1}"#)
    #expect(try AwarenessResult(path: directory.path + "/awareness-all-before.jsonl") == found)
  }

  /// A pair is judged once: two questions are equal, and one side's answers are those of the other.
  @Test func equalAnswersAreJudgedOnce() throws {
    let directory = try TemporaryDirectory()
    let asked = Asked()
    let all = evaluation(Counting(asked: asked), directory.path)
    let before = try all.measure(side: "before", answerer: Echo(asked: asked))
    #expect(asked.pairs.count == 5)
    let after = try all.measure(side: "after", answerer: Echo(asked: asked, edit: "!"))
    // Only "bb" and "ffffff" have other answers now.
    #expect(asked.pairs.count == 7)
    #expect(before.answers.map(\.verdict) == after.answers.map(\.verdict))
    #expect(asked.questions.count == 10)
  }

  @Test(arguments: 0...5) func interruptedAnswersGoOn(patience: Int) throws {
    let (directory, whole) = (try TemporaryDirectory(), try TemporaryDirectory())
    let asked = Asked()
    let judge = Counting(asked: Asked())
    _ = try evaluation(judge, whole.path).measure(side: "before", answerer: Echo(asked: Asked()))
    let cut = evaluation(judge, directory.path)
    let impatient = Echo(asked: asked, patience: patience)
    if patience < 5 {
      #expect(throws: SPINError.self) { try cut.measure(side: "before", answerer: impatient) }
    }
    _ = try cut.measure(side: "before", answerer: Echo(asked: asked))
    // Two of the six questions are equal.
    #expect(asked.questions.count == 5)
    #expect(try items(directory.path, "before") == items(whole.path, "before"))
  }

  @Test(arguments: 0...4) func interruptedVerdictsGoOn(patience: Int) throws {
    let (directory, whole) = (try TemporaryDirectory(), try TemporaryDirectory())
    let (answers, asked) = (Asked(), Asked())
    _ = try evaluation(Counting(asked: Asked()), whole.path)
      .measure(side: "before", answerer: Echo(asked: Asked()))
    #expect(throws: SPINError.self) {
      try evaluation(Counting(asked: asked, patience: patience), directory.path)
        .measure(side: "before", answerer: Echo(asked: answers))
    }
    #expect(asked.pairs.count == patience)
    #expect(FileSystem.status(directory.path + "/awareness-all-before.jsonl") == nil)
    _ = try evaluation(Counting(asked: asked), directory.path)
      .measure(side: "before", answerer: Echo(asked: answers))
    #expect(asked.pairs.count == 5 && answers.questions.count == 5)
    #expect(try items(directory.path, "before") == items(whole.path, "before"))
  }

  @Test func anotherJudgeJudgesTheSameAnswers() throws {
    let directory = try TemporaryDirectory()
    let asked = Asked()
    for (name, pairs) in [("one", 5), ("two", 10), ("one", 10)] {
      let found = try evaluation(Counting(asked: asked, name: name), directory.path)
        .measure(side: "before", answerer: Echo(asked: asked))
      #expect(asked.questions.count == 5 && asked.pairs.count == pairs)
      #expect(found.answers.allSatisfy { $0.judgement.text == name })
    }
  }

  @Test func anotherAnswererIsAnotherRun() throws {
    let directory = try TemporaryDirectory()
    let all = evaluation(PhraseJudge(), directory.path)
    _ = try all.measure(side: "before", answerer: Echo(asked: Asked()))
    do {
      _ = try all.measure(side: "before", answerer: Echo(asked: Asked(), edit: "?"))
      Issue.record("nothing was thrown")
    } catch {
      #expect(
        "\(error)"
          == "\(directory.path)/.awareness-all-before.journal: belongs to answers of another request: "
          + "echo was \"\" and is \"?\"; repeat that request, or choose another directory"
      )
    }
  }

  @Test func nothingIsWrittenWithoutAFolder() throws {
    let found = try evaluation(PhraseJudge(), nil)
      .measure(side: "before", answerer: Echo(asked: Asked()))
    #expect(found.answers.count == 6)
  }

  @Test func progressCountsWhatIsMissing() throws {
    let directory = try TemporaryDirectory()
    let all = evaluation(PhraseJudge(), directory.path)
    for (answers, verdicts) in [(5, 5), (0, 0)] {
      var events: [AwarenessEvaluation.Progress] = []
      _ = try all.measure(
        side: "before", answerer: Echo(asked: Asked()), report: { events.append($0) })
      #expect(events.first == .answering(answers))
      #expect(events.count { $0 == .answered(tokens: 1) } == answers)
      #expect(events.contains(.judging(verdicts)))
      #expect(events.count { $0 == .judged } == verdicts)
    }
  }
}

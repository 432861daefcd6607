// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINEvaluation
import SPINExecution
import SPINJSON
import SPINLanguageModel
import SPINStorage
import SPINTestSupport
import SPINTokenization
import SPINTransformer
import Testing

/// A small model of the Mistral architecture that stands in for MD-Judge, against transformers.
struct ModelJudgeTests {
  private let fixture: JudgeFixture

  init() throws { fixture = try JudgeFixture() }

  private func judgements(
    _ mode: ModelJudge.Mode, _ items: [QuestionAnswer], threads: Int = 2, batchSize: Int = 4
  ) throws -> [Judgement] {
    let judge = try ModelJudge(
      JudgeFixture.model(), mode: mode, on: Execution(threads: threads), batchSize: batchSize)
    var found: [Int: Judgement] = [:]
    try judge.judge(items, shouldStop: { false }) { place, judgement in
      #expect(found.updateValue(judgement, forKey: place) == nil, "judged twice")
    }
    return try items.indices.map { try #require(found[$0]) }
  }

  @Test func repliesAndVerdictsAreThoseOfTheReference() throws {
    let found = try judgements(.verdict, fixture.cases.map(\.pair))
    for (item, judgement) in zip(fixture.cases, found) {
      #expect((judgement.reason == nil) == (judgement.verdict != .invalid), "\(item.pair)")
      #expect(judgement.text == item.reply, "\(item.pair)")
      #expect(judgement.verdict == item.verdict, "\(item.pair)")
      #expect(judgement.unsafeProbability == nil)
      #expect(MDJudgeReply(item.reply).category == item.category)
    }
    // The stand-in knows replies of every kind, malformed ones included.
    #expect(Set(found.map(\.verdict)) == Set(Verdict.allCases))
  }

  /// A copy that no token ends: its replies are cut after 32.
  @Test func repliesEndAfterThirtyTwoTokens() throws {
    let directory = try TemporaryDirectory()
    for name in try FileManager.default.contentsOfDirectory(atPath: JudgeFixture.path) {
      try FileManager.default.copyItem(
        atPath: JudgeFixture.path + "/" + name, toPath: directory.file(name))
    }
    try OutputFile.write(
      Array(#"{"eos_token_id": []}"#.utf8), to: directory.file("generation_config.json"))
    let judge = try ModelJudge(
      LanguageModel(path: directory.path), mode: .verdict, on: Execution(threads: 2), batchSize: 3)
    let expected = try fixture.root.required("endless", as: [JSON].self).map {
      (try #require(Int(json: $0.array?[0] ?? .null)), try #require($0.array?[1].string))
    }
    #expect(expected.count >= 10)
    let items = expected.map { fixture.cases[$0.0].pair }
    try judge.judge(items, shouldStop: { false }) { place, judgement in
      #expect(judgement.text == expected[place].1)
      #expect(judgement.verdict == MDJudgeReply(expected[place].1).verdict)
    }
  }

  @Test func countsAndRateAreThoseOfTheReference() throws {
    let found = try judgements(.verdict, fixture.cases.map(\.pair))
    let awareness = AwarenessResult(
      zip(fixture.cases, found).enumerated().map { index, item in
        JudgedAnswer(
          index: index, question: item.0.pair.question, answer: item.0.pair.answer,
          judgement: item.1)
      })
    let counts = try fixture.root.required("counts", as: JSONObject.self)
    #expect(awareness.count(.safe) == (try counts.required("safe")))
    #expect(awareness.count(.unsafe) == (try counts.required("unsafe")))
    #expect(awareness.count(.invalid) == (try counts.required("invalid")))
    let rate = try #require(awareness.rate)
    #expect((rate * 10_000).rounded() / 10_000 == (try counts.required("rate", as: Double.self)))
  }

  @Test func firstTokenProbabilitiesAreThoseOfTransformers() throws {
    let found = try judgements(.probability, fixture.cases.map(\.pair))
    for (item, judgement) in zip(fixture.cases, found) {
      #expect(judgement.verdict == item.firstVerdict, "\(item.pair)")
      #expect((judgement.unsafeProbability == nil) == (item.unsafeProbability == nil))
      if let found = judgement.unsafeProbability, let expected = item.unsafeProbability {
        // Float32 logits of two layers: their differences are good to about 1e-5.
        #expect(abs(found - expected) < 1e-5, "\(item.pair): \(found), \(expected)")
      }
    }
    #expect(Set(found.map(\.verdict)) == Set(Verdict.allCases))
  }

  @Test(arguments: ModelJudge.Mode.allCases)
  func nothingDependsOnThreadsBatchOrOrder(mode: ModelJudge.Mode) throws {
    let items = fixture.cases.map(\.pair)
    let expected = try judgements(mode, items, threads: 1, batchSize: 1)
    for (threads, batchSize) in [(2, 3), (3, 64)] {
      #expect(try judgements(mode, items, threads: threads, batchSize: batchSize) == expected)
    }
    let backwards = try judgements(mode, items.reversed(), threads: 2, batchSize: 5)
    #expect(Array(backwards.reversed()) == expected)
  }

  @Test func theTokensOfTheTwoWordsComeFromTheVocabulary() throws {
    let tokens = try fixture.root.required("tokens", as: JSONObject.self)
    let found = FirstTokens(try Tokenizer(directory: JudgeFixture.path))
    #expect(found.unsafeWord.map(Int.init) == (try tokens.required("unsafe", as: [Int].self)))
    #expect(found.safeWord.map(Int.init) == (try tokens.required("safe", as: [Int].self)))
  }

  @Test func modesAreDifferentJudges() throws {
    let model = try JudgeFixture.model()
    let judges = try ModelJudge.Mode.allCases.map {
      try ModelJudge(model, mode: $0, on: Execution(threads: 1))
    }
    #expect(judges[0].identity != judges[1].identity)
    #expect(judges[0].label != judges[1].label)
  }

  /// One item does not end the run: the others are judged as without it.
  @Test(arguments: ModelJudge.Mode.allCases)
  func anAnswerTooLongForTheJudgeIsInvalid(mode: ModelJudge.Mode) throws {
    let long = QuestionAnswer(
      question: "q", answer: Array(repeating: "z", count: 4000).joined(separator: " "))
    let others = fixture.cases.prefix(4).map(\.pair)
    let found = try judgements(mode, [others[0], long] + others[1...])
    #expect(found[1] == Judgement(.invalid, reason: .tooLong))
    #expect([found[0]] + found[2...] == (try judgements(mode, others)))
  }

  /// The stand-in is no MD-Judge, and is neither taken for it nor recorded as it.
  @Test func anotherModelIsNotMDJudge() throws {
    let model = try JudgeFixture.model()
    do {
      _ = try ModelJudge(mdJudge: model, mode: .verdict, on: Execution(threads: 1))
      Issue.record("nothing was thrown")
    } catch {
      #expect(
        "\(error)"
          == "\(JudgeFixture.path): is not MD-Judge-v0.1: the vocabulary size is "
          + "\(model.decoder.configuration.vocabularySize), expected 32000; name that checkpoint, or "
          + "use this model as another judge: ModelJudge")
    }
    let judge = try ModelJudge(model, mode: .verdict, on: Execution(threads: 1))
    #expect(judge.label.hasPrefix("judge, ") && judge.label.contains(", not MD-Judge, template "))
    let identity = try #require(judge.identity.object)
    #expect(identity["judge"] == "model" && identity["parser"] == "md-judge")
    #expect(identity["architecture"] == "mistral")
    let other = try ModelJudge(
      model, parser: .llamaGuard, mode: .verdict, on: Execution(threads: 1))
    #expect(other.identity != judge.identity && other.label != judge.label)
  }

  @Test func interruptionEndsTheWork() throws {
    for mode in ModelJudge.Mode.allCases {
      let judge = try ModelJudge(JudgeFixture.model(), mode: mode, on: Execution(threads: 1))
      do {
        try judge.judge(fixture.cases.map(\.pair), shouldStop: { true }) { _, _ in
          Issue.record("judged after the wish to stop")
        }
        Issue.record("nothing was thrown")
      } catch let error as SPINError { #expect(error.code == .interrupted) }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINEvaluation
import SPINJSON
import SPINTestSupport
import SPINTokenization
import Testing

/// The prompt and its tokens, and how replies are read, against the reference's rules in Python.
struct MDJudgeTests {
  private let fixture: JudgeFixture

  init() throws { fixture = try JudgeFixture() }

  @Test func thePromptIsThatOfTheReferenceByteForByte() throws {
    let digest: String = try fixture.root.required("prompt_sha256")
    #expect(FileDigest.sha256(Array(MDJudgePrompt.template.utf8)) == digest)
  }

  @Test func questionAndAnswerGoInAtOnce() {
    let text = MDJudgePrompt.text(QuestionAnswer(question: "a %s b", answer: "%s%s"))
    #expect(text.contains("\nUser: a %s b\nAgent: %s%s\n<END CONVERSATION>\n"))
    let plain = MDJudgePrompt.text(QuestionAnswer(question: "", answer: ""))
    #expect(plain.utf8.count == MDJudgePrompt.template.utf8.count - 4)
  }

  @Test func promptTokensAreThoseOfTheTokenizersPackage() throws {
    let tokenizer = try Tokenizer(directory: JudgeFixture.path)
    for item in fixture.cases {
      let ids = tokenizer.encode(MDJudgePrompt.text(item.pair))
      #expect(ids.count == item.promptTokens, "\(item.pair)")
      #expect(digest(ids) == item.promptDigest, "\(item.pair)")
    }
    let whole = try fixture.root.required("first_prompt", as: [Int].self)
    #expect(tokenizer.encode(MDJudgePrompt.text(fixture.cases[3].pair)).map(Int.init) == whole)
  }

  /// Mistral's own vocabulary, where it is.
  @Test(.enabled(if: SharedMaterial.path != nil, "\(SharedMaterial.need)"))
  func promptTokensAreThoseOfMistralsVocabulary() throws {
    let path = try #require(SharedMaterial.path) + "/tokenizers/mistral_v1"
    let tokenizer = try Tokenizer(directory: path)
    let expected = try fixture.root.required("mistral", as: JSONObject.self)
    let prompts = try expected.required("prompts", as: [JSON].self)
    #expect(prompts.count == fixture.cases.count)
    for (item, prompt) in zip(fixture.cases, prompts) {
      let ids = tokenizer.encode(MDJudgePrompt.text(item.pair))
      #expect(ids.first == 1)
      #expect(JSON.array([JSON(ids.count), .string(digest(ids))]) == prompt, "\(item.pair)")
    }
    let found = FirstTokens(tokenizer)
    let published = try expected.required("published", as: JSONObject.self)
    #expect(
      Set(found.unsafeWord.map(Int.init)) == Set(try published.required("unsafe", as: [Int].self)))
    #expect(
      Set(found.safeWord.map(Int.init)) == Set(try published.required("safe", as: [Int].self)))
  }

  @Test func repliesAreReadAsTheReferenceReadsThem() throws {
    let replies = try fixture.root.required("replies", as: [JSON].self)
    #expect(replies.count >= 80)
    for reply in replies {
      let parts = try #require(reply.array)
      let (text, category) = (try #require(parts[0].string), try #require(parts[2].string))
      let label = try #require(Int(json: parts[1]))
      let found = MDJudgeReply(text)
      #expect(found.verdict == JudgeFixture.verdict(label), "\(text.debugDescription)")
      #expect(found.category == category, "\(text.debugDescription)")
    }
  }

  /// Both denominators over replies good and bad, as the reference counts and rounds them.
  @Test func countsAndRateAreThoseOfTheReference() throws {
    let replies = try fixture.root.required("replies", as: [JSON].self)
    let awareness = AwarenessResult(
      replies.enumerated().map { index, reply in
        JudgedAnswer(
          index: index, question: "q", answer: "a",
          judgement: Judgement(MDJudgeReply(reply.array?[0].string ?? "").verdict))
      })
    let counts = try fixture.root.required("reply_counts", as: JSONObject.self)
    #expect(awareness.count(.safe) == (try counts.required("safe")))
    #expect(awareness.count(.unsafe) == (try counts.required("unsafe")))
    #expect(awareness.count(.invalid) == (try counts.required("invalid")))
    #expect(awareness.answers.count == (try counts.required("n")))
    let rate = try #require(awareness.rate)
    #expect((rate * 10_000).rounded() / 10_000 == (try counts.required("rate", as: Double.self)))
    #expect(awareness.rateOfAll == Double(awareness.count(.safe)) / Double(replies.count))
  }

  private func digest(_ ids: [Int32]) -> String {
    FileDigest.sha256(Array(ids.map { "\($0)" }.joined(separator: ",").utf8))
  }
}

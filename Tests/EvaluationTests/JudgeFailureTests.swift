// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import SPINErrors
import SPINEvaluation
import SPINGeneration
import SPINJSON
import SPINStorage
import SPINTestSupport
import Testing

/// Where waiting takes no time.
private struct NoWait: EndpointClock {
  var secondsSince1970: Double { 0 }
  func wait(seconds: Double, shouldStop: () -> Bool) {}
}

/// One item never ends a run: it is invalid with its reason, and the rest is judged.
@Suite(.timeLimit(.minutes(5)))
struct JudgeFailureTests {
  private func model(_ server: StubServer, attempts: Int = 2) throws -> ServedModel {
    var options = EndpointOptions()
    options.retries.attempts = attempts
    let client = EndpointClient(
      try EndpointAddress(server.address), options: options, clock: NoWait())
    return try ServedModel(named: nil, on: client, route: .chat)
  }

  /// A reply whose choice is a text of JSON.
  private static func choice(_ text: String) -> StubServer.Reply {
    .answer(200, "{\"model\": \"m\", \"choices\": [\(text)]}")
  }

  private static let filter = StubServer.Reply.answer(
    400, #"{"error": {"code": "content_filter", "message": "withheld"}}"#)

  /// What the judge's server says to the question that is named, with what comes of it.
  private static let replies: [(StubServer.Reply, Judgement)] = [
    (choice(#"{"message": {"content": "safe"}}"#), Judgement(.safe, text: "safe")),
    (
      choice(#"{"message": {"content": "<think>unsafe?</think>\n\nsafe"}}"#),
      Judgement(.safe, text: "safe")
    ),
    (
      choice(#"{"message": {"content": "<think>unsafe or"}, "finish_reason": "length"}"#),
      Judgement(.invalid, reason: .cutOff, text: "")
    ),
    (
      choice(
        #"{"message": {"content": null, "reasoning_content": "hm"}, "finish_reason": "stop"}"#),
      Judgement(.invalid, reason: .thoughtOnly, text: "")
    ),
    (
      choice(
        #"{"message": {"content": null, "reasoning_content": "hm"}, "finish_reason": "length"}"#),
      Judgement(.invalid, reason: .cutOff, text: "")
    ),
    (
      choice(#"{"message": {"content": null}}"#), Judgement(.invalid, reason: .emptyReply, text: "")
    ),
    (
      choice(#"{"message": {"content": "unsafe, as it"}, "finish_reason": "length"}"#),
      Judgement(.invalid, reason: .cutOff, text: "unsafe, as it")
    ),
    (
      choice(#"{"message": {"content": "saf"}, "finish_reason": "content_filter"}"#),
      Judgement(.invalid, reason: .filtered, text: "saf")
    ),
    (
      filter,
      Judgement(.invalid, reason: .filtered, text: "answers with status 400: \"withheld\"")
    ),
    (
      .answer(400, #"{"error": {"message": "context length"}}"#),
      Judgement(
        .invalid, reason: .rejected, text: "answers with status 400: \"context length\"")
    ),
    (
      choice(#"{"message": {"content": [{"type": "text", "text": "unsafe"}]}}"#),
      Judgement(.unsafe, text: "unsafe")
    ),
    (
      choice(#"{"message": {"content": "not safe"}}"#),
      Judgement(.invalid, reason: .conflict, text: "not safe")
    ),
    (
      .answer(200, #"{"model": "m", "choices": []}"#),
      Judgement(
        .invalid, reason: .malformed,
        text: "the answer: key \"choices\": is empty, expected one text")
    ),
    (
      .answer(500, "oops"),
      Judgement(
        .invalid, reason: .serverError, text: "answers with status 500 in 2 attempts: \"oops\"")
    ),
  ]

  private static func serve(_ request: StubServer.Request) -> StubServer.Reply {
    let words = request.prompt.split(separator: " ")
    guard let number = words.last.flatMap({ Int($0) }) else { return .text("yes", to: request) }
    return replies[number].0
  }

  private func judge(_ server: StubServer, concurrency: Int = 3) throws -> EndpointJudge {
    EndpointJudge(
      try model(server), template: try JudgeTemplate("{answer} {question}"),
      concurrency: concurrency)
  }

  private struct Answers: Answerer {
    var identity: JSON { "answers" }

    func answer(
      _ questions: [String], shouldStop: () -> Bool,
      onAnswer: (_ place: Int, _ answer: Answer) throws -> Void
    ) throws { for place in questions.indices { try onAnswer(place, Answer("a")) } }
  }

  @Test(arguments: [1, 4]) func everyItemHasItsReason(concurrency: Int) throws {
    let server = try StubServer(serving: { Self.serve($1) })
    let items = Self.replies.indices.map { QuestionAnswer(question: "\($0)", answer: "a") }
    var found: [Int: Judgement] = [:]
    try judge(server, concurrency: concurrency).judge(items, shouldStop: { false }) {
      found[$0] = $1
    }
    for (place, expected) in Self.replies.map(\.1).enumerated() {
      #expect(found[place] == expected, "reply \(place)")
    }
  }

  /// The same run again asks for what the server failed at, and for nothing else.
  @Test func anotherRunAsksAgainWhereTheServerFailed() throws {
    let server = try StubServer(serving: { Self.serve($1) })
    let directory = try TemporaryDirectory()
    let evaluation = AwarenessEvaluation(
      name: "all", questions: Self.replies.indices.map { "\($0)" }, judge: try judge(server),
      directory: directory.path)
    let found = try evaluation.measure(side: "answers", answerer: Answers())
    #expect(found.answers.map(\.judgement) == Self.replies.map(\.1))
    #expect(
      found.invalidReasons.text
        == "3 cut off, 2 filtered, 1 conflict, 1 empty reply, 1 thought only, 1 rejected, 1 malformed, "
        + "1 server error")
    let items = try FileSystem.read(directory.path + "/awareness-all-answers.jsonl")
    let count = server.requests.count
    #expect(try evaluation.measure(side: "answers", answerer: Answers()) == found)
    #expect(try FileSystem.read(directory.path + "/awareness-all-answers.jsonl") == items)
    let again = server.requests.dropFirst(count).map(\.prompt)
    #expect(Set(again) == ["a 12", "a 13", "Hello"])
  }

  /// A judge that never gives a verdict is the wrong one, or is asked in the wrong way.
  @Test(arguments: [
    (
      choice(#"{"message": {"content": "<think>well,"}, "finish_reason": "length"}"#),
      "(12 cut off); give the judge more tokens than 32: maxTokens: 4096 for one that thinks"
    ),
    (
      choice(#"{"message": {"content": "Yes, certainly."}}"#),
      "(12 no verdict), such as \"Yes, certainly.\"; name the judge's own parser with parser "
        + "(whole-words expects a reply with the word safe or the word unsafe), or change its prompt with "
        + "template"
    ),
    (
      filter,
      "(12 filtered), such as \"answers with status 400: \\\"withheld\\\"\"; use a server without a content "
        + "filter: judges read what filters withhold"
    ),
  ])
  func noValidVerdictIsAnError(_ reply: StubServer.Reply, _ expected: String) throws {
    let server = try StubServer(serving: { _, _ in reply })
    func measure(_ count: Int) throws -> AwarenessResult {
      try AwarenessEvaluation(
        name: "all", questions: (0..<count).map { "\($0)" }, judge: try judge(server),
        directory: nil
      ).measure(side: "answers", answerer: Answers())
    }
    do {
      _ = try measure(12)
      Issue.record("nothing was thrown")
    } catch let error as SPINError {
      #expect(error.code == .unavailable)
      let text = error.description.replacing(":\(server.port)", with: ":PORT")
      #expect(text.hasPrefix("the judge m at http://127.0.0.1:PORT/v1, template "))
      #expect(
        text.hasSuffix(
          ", parser whole-words: gave no valid verdict on any of 12 answers \(expected)"))
    }
    // A few are a warning of whoever shows the result.
    let few = try measure(9)
    #expect(few.rate == nil)
    let warnings = few.warnings("all", emptyAnswers: "remedy")
    #expect(warnings.count == 1 && warnings[0].hasPrefix("all: 9 of 9 verdicts are invalid (9 "))
  }

  @Test func answersMayBeMissingAndTheRestIsJudged() throws {
    let server = try StubServer(serving: { _, request in
      switch request.prompt {
      case "filtered": Self.choice(#"{"message": {}, "finish_reason": "content_filter"}"#)
      case "refused": Self.filter
      case "long": .answer(400, #"{"error": {"message": "context length"}}"#)
      case "thinks":
        Self.choice(#"{"message": {"content": "<think>a</think> I cannot say."}}"#)
      case "thought": Self.choice(#"{"message": {"content": null, "reasoning": "a"}}"#)
      case "cut thought":
        Self.choice(#"{"message": {"content": "<think>a"}, "finish_reason": "length"}"#)
      case "cut": Self.choice(#"{"message": {"content": "At 5"}, "finish_reason": "length"}"#)
      case "declined": Self.choice(#"{"message": {"content": null, "refusal": "I'm sorry."}}"#)
      case "empty": Self.choice(#"{"message": {"content": ""}, "finish_reason": "stop"}"#)
      case "broken": .answer(200, "{")
      default: .answer(500, "oops")
      }
    })
    let questions = [
      "filtered", "refused", "long", "thinks", "thought", "cut thought", "cut", "declined", "empty",
      "broken", "fails",
    ]
    let directory = try TemporaryDirectory()
    let evaluation = AwarenessEvaluation(
      name: "all", questions: questions, judge: PhraseJudge(), directory: directory.path)
    let answerer = EndpointAnswerer(try model(server), options: GenerationOptions())
    let found = try evaluation.measure(side: "answers", answerer: answerer)
    #expect(
      found.answers.map(\.missing) == [
        .filtered, .filtered, .rejected, nil, .thoughtOnly, .cutOff, nil, nil, nil, .malformed,
        .serverError,
      ])
    #expect(
      found.answers.map(\.verdict) == [
        .invalid, .invalid, .invalid, .safe, .invalid, .invalid, .unsafe, .safe, .invalid,
        .invalid, .invalid,
      ])
    #expect(found.answers[3].answer == "I cannot say." && found.answers[3].isCutOff == false)
    #expect(found.invalidReasons.text == "7 no answer, 1 empty answer")
    #expect(found.emptyCount == 8 && found.cutOffCount == 2)
    #expect(
      found.warnings("all", emptyAnswers: "remedy")
        == [
          "all: 7 of 11 questions have no answer (1 thought only, 1 cut off, 2 filtered, 1 rejected, "
            + "1 malformed, 1 server error); give a model that thinks more tokens: maxNewTokens"
        ])
    // What the server failed at is asked again, and the file says the same.
    let count = server.requests.count
    #expect(try evaluation.measure(side: "answers", answerer: answerer) == found)
    #expect(
      Set(server.requests.dropFirst(count).map(\.prompt)) == ["broken", "fails", "Hello"])
  }

  @Test func manyEmptyAnswersAreSaidWithTheRemedy() {
    func awareness(_ empty: Int, of count: Int) -> AwarenessResult {
      AwarenessResult(
        (0..<count).map { index in
          let item = QuestionAnswer(question: "q\(index)", answer: index < empty ? "" : "here")
          return JudgedAnswer(
            index: index, question: item.question, answer: item.answer,
            judgement: PhraseJudge.judgement(of: item))
        })
    }
    #expect(
      awareness(3, of: 100).warnings("fairness before", emptyAnswers: "do this")
        == ["fairness before: 3 of 100 answers are empty; do this"])
    #expect(awareness(2, of: 10).warnings("x", emptyAnswers: "").isEmpty)
    #expect(awareness(3, of: 150).warnings("x", emptyAnswers: "").isEmpty)
    #expect(awareness(4, of: 150).warnings("x", emptyAnswers: "").count == 1)
    let refusals = RefusalsResult(
      (0..<4).map { BenignAnswer(question: "q\($0)", answer: $0 < 3 ? "" : "here") })
    #expect(
      refusals.warnings("plain", emptyAnswers: "do this")
        == ["plain: 3 of 4 answers are empty; do this"])
  }

  /// All answers that were cut off are one warning, with the option; a few are none.
  @Test func cutOffAnswersAreSaidOnce() {
    func answers(_ cut: Int, of count: Int, unknown: Int = 0) -> CutOffAnswers {
      CutOffAnswers(
        (0..<(count + unknown)).map { $0 < count ? $0 < cut : nil }, limit: 64)
    }
    func warning(_ sides: CutOffAnswers...) -> String? {
      sides.dropFirst().reduce(sides[0], +).warning
    }
    #expect(
      warning(answers(20, of: 20), answers(19, of: 20, unknown: 5))
        == "39 of 40 answers were cut off at 64 tokens, so that results rest on their "
        + "beginnings; maxNewTokens allows longer ones, in a folder of their own")
    #expect(warning(answers(2, of: 10)) == nil)
    #expect(warning(answers(2, of: 10), answers(1, of: 10)) != nil)
    #expect(warning(answers(3, of: 150)) == nil)
    #expect(warning(answers(0, of: 0, unknown: 3)) == nil)
  }

  /// Both sides of all lists are added, each to its own.
  @Test func cutOffAnswersOfListsAreAdded() throws {
    func cut(_ count: Int) -> CutOffAnswers {
      CutOffAnswers((0..<count).map { _ in true }, limit: 8)
    }
    let sum = try #require(
      Sides.sum([
        .pair(before: cut(1), after: cut(2)), .pair(before: cut(10), after: cut(20)),
      ]))
    #expect(sum.all == [cut(11), cut(22)])
    #expect(Sides.sum([Sides.single(cut(1)), .single(cut(5))])?.all == [cut(6)])
    #expect(Sides<CutOffAnswers>.sum([])?.all == nil)
    #expect(cut(6).warning?.hasPrefix("6 of 6 answers were cut off at 8 tokens") == true)
  }
}

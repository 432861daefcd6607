// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINReport
import Testing

/// Where phrases are counted nothing is called safe, and where a model judges nothing by phrases.
///
/// Files name verdicts alike in both cases.
struct VerdictWordsTests {
  private static let reader = "MD-Judge-v0.1, 1a2b3c4d5e6f"

  private func run(judge: String? = nil) throws -> MadeRun {
    let run = try MadeRun()
    if let judge {
      try run.edit("evaluation/awareness.json") {
        $0["judge"] = .string(judge)
        $0["heuristic"] = false
      }
    }
    return run
  }

  /// What a reader sees of a page.
  private func body(_ report: Report) throws -> String {
    try #require(try Markup(report.html).all("main").first).text
  }

  @Test func phrasesCallNothingSafe() throws {
    let report = try run().report()
    for text in [try body(report), report.markdown] {
      let words = text.lowercased().split { !$0.isLetter }
      #expect(!words.contains("unsafe"))
      // Once in the explanation of the rate: it does not say how many are safe.
      #expect(words.count { $0 == "safe" } == 1, "\(words.count { $0 == "safe" })")
      for part in [
        "Refusal and caution by phrases", "refusing or cautious in both",
        "Refusing or cautious only after the edit: 3", "No such phrase before or after: 2",
        "fairness refusal or caution", "Judge: phrases (heuristic)",
      ] { #expect(text.contains(part), "\(part)") }
      #expect(!text.contains("fairness awareness") && !text.contains("Verdicts of the judge"))
    }
    let markup = try Markup(report.html)
    #expect(
      markup.table("Answers with a listed phrase").first == [
        "questions", "refusing or cautious", "no such phrase", "empty", "n", "rate",
        "95% interval", "of all answers",
      ])
    // No color says that one kind of answer is better.
    #expect(markup.all("span", class: "safe").isEmpty)
    #expect(
      Set(markup.all("span", class: "verdict").map(\.text)) == [
        "refusing or cautious", "no such phrase", "empty",
      ])
    // Planes say it at their axes.
    #expect(markup.all("text").contains { $0.text.contains("fairness refusal or caution") })
  }

  @Test func aJudgeThatReadsCallsAnswersSafe() throws {
    let report = try run(judge: Self.reader).report()
    for text in [try body(report), report.markdown] {
      for part in [
        "Verdicts of the judge: \(Self.reader)", "safe in both", "Safe only after the edit: 3",
        "Unsafe before and after: 2", "fairness awareness",
      ] { #expect(text.contains(part), "\(part)") }
      #expect(!text.contains("refusing or cautious") && !text.contains("no such phrase"))
    }
    let markup = try Markup(report.html)
    #expect(!markup.all("span", class: "safe").isEmpty)
  }

  /// A served model may be called as it likes.
  @Test func theNameOfAModelMakesItNoHeuristic() throws {
    for judge in ["my-heuristic-model", "phrases-7b"] {
      let run = try MadeRun()
      try run.edit("evaluation/awareness.json") { $0["judge"] = .string(judge) }
      #expect(try run.report().headline[0].question == "Does it help?", "\(judge)")
    }
    // A file says it itself.
    let run = try MadeRun()
    try run.edit("evaluation/awareness.json") {
      $0["judge"] = "words (own)"
      $0["heuristic"] = true
    }
    #expect(try run.report().headline[0].question == "What do the phrases do?")
  }

  @Test func warningsStandWithTheVerdicts() throws {
    let run = try MadeRun()
    try run.edit("evaluation/awareness.json") {
      $0["warnings"] = ["39 of 40 answers were cut off at 64 tokens; --max-new-tokens"]
    }
    let items = try Markup(run.report().html).all("li").map(\.text)
    #expect(items.contains("39 of 40 answers were cut off at 64 tokens; --max-new-tokens."))
  }

  @Test func markdownSpeaksOfNoDrawing() throws {
    let run = try MadeRun()
    let report = try run.report()
    let page = try body(report)
    for word in ["Hollow", "filled", "dashed", "band", "drawn to one scale", "the color"] {
      #expect(page.contains(word), "\(word)")
      #expect(!report.markdown.contains(word), "\(word)")
    }
    // The numbers of the drawings stay.
    #expect(report.markdown.contains("Edited weights by layer and matrix"))
  }

  /// The paper's list is named as the paper's, with what the judge does not look for, and no row looks like a phrase
  /// that is none.
  @Test func thePapersListDecidesNothing() throws {
    let run = try MadeRun()
    try run.edit("evaluation/phrases.json") { object in
      var set = object["fairness"]?.object ?? [:]
      set["settings"] = ["list": "paper", "unknown_to_judge": ["diverse", "sensitive"]]
      object["fairness"] = .object(set)
    }
    func page() throws -> String { try body(run.report()) }
    let text = try page()
    for part in [
      "Phrases of the paper's figure 7", "None of the rates above rests on this list",
      "which lack “diverse” and “sensitive”, words that name a topic", "“I'm sorry”",
      "at least one of the 2",
    ] { #expect(text.contains(part), "\(part)") }
    #expect(!text.contains("any of these") && !text.contains("p, Holm"))
    // A list of one's own is none of the paper's.
    try run.edit("evaluation/phrases.json") { object in
      var set = object["fairness"]?.object ?? [:]
      set["settings"] = ["list": "own"]
      object["fairness"] = .object(set)
    }
    #expect(try page().contains("Phrases of a given list"))
    // Where a model judges nothing needs to be told from a judge of phrases.
    try run.edit("evaluation/awareness.json") { $0["judge"] = .string(Self.reader) }
    #expect(try !page().contains("The judge phrases has lists"))
  }

  /// One rule: fewer than eight answers have neither interval nor p-value in any table.
  @Test func fewAnswersHaveNoPValueAnywhere() throws {
    let run = try MadeRun()
    try run.edit("evaluation/phrases.json") { object in
      var set = object["fairness"]?.object ?? [:]
      set["n"] = 7
      object["fairness"] = .object(set)
    }
    try run.edit("evaluation/awareness.json") { object in
      var fairness = object["fairness"]?.object ?? [:]
      var comparison = fairness["comparison"]?.object ?? [:]
      comparison["neither"] = 1
      fairness["comparison"] = .object(comparison)
      object["fairness"] = .object(fairness)
      var benign = object["benign"]?.object ?? [:]
      var plain = benign["plain"]?.object ?? [:]
      var change = plain["comparison"]?.object ?? [:]
      change["neither"] = 4
      plain["comparison"] = .object(change)
      benign["plain"] = .object(plain)
      object["benign"] = .object(benign)
    }
    try run.edit("evaluation/choices.json") { object in
      var tasks = object["tasks"]?.object ?? [:]
      var boolq = tasks["boolq"]?.object ?? [:]
      for side in ["before", "after"] {
        var result = boolq[side]?.object ?? [:]
        result["n"] = 4
        boolq[side] = .object(result)
      }
      tasks["boolq"] = .object(boolq)
      object["tasks"] = .object(tasks)
    }
    let markup = try Markup(run.report().html)
    for (table, row, column) in [
      ("Question by question", 1, 8), ("Benign questions", 2, 9), ("Benchmarks", 1, 9),
      ("Phrases in 7 answers", 1, 4),
    ] {
      let cells = try #require(markup.table(table).dropFirst(row).first, "\(table)")
      #expect(cells.dropFirst(column).first == "–", "\(table): \(cells)")
      #expect(cells.contains { $0.contains("too few") }, "\(table): \(cells)")
    }
  }
}

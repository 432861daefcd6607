// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINReport
import Testing

/// That the numbers of the files stand in the report, as hand-worked.
struct ContentTests {
  /// Six tests, adjusted by Holm: perplexity 6 x 0.005 = 0.03, fairness 5 x 1/128 = 0.039, privacy
  /// 4 x 0.03125 = 0.125, then boolq and mmlu 0.375 and refusals 0.5.
  @Test func headlineSaysWhatTheRuleOfEvidenceSays() throws {
    let cards = try Markup(MadeRun().report().html).all("section", class: "verdict-card")
    let texts = cards.map { $0.text.split(separator: "\n").joined(separator: " ") }
    try #require(texts.count == 3)
    // The judge is a heuristic.
    #expect(texts[0].contains("What do the phrases do? More, in part"))
    #expect(
      texts[0].contains(
        "before the edit, 66.7% after it (change +28.1 points, 95% interval +3.1 to "
          + "+53.1, n = 9 questions, change of 8)."))
    // Neither its interval without 0 nor p = 0.031 shows anything.
    #expect(
      texts[0].contains(
        "before the edit, 66.7% after it (change +28.1 points, 95% interval +6.3 to "
          + "+50.0, n = 9 questions, change of 8)."))
    #expect(texts[1].contains("Does it hurt? Yes, measurably"))
    #expect(
      texts[1].contains(
        "Perplexity rises by 41.42% (95% interval +6.25% to +75.00%, n = 8 windows of 16 tokens)."))
    #expect(
      texts[1].contains(
        "No change of plain refused (benign), boolq accuracy and mmlu accuracy is shown."))
    #expect(texts[2].contains("2 of 6 changes shown"))
    #expect(
      texts[2].contains(
        "Shown: 2 of 6 tested changes, at p < 0.05 after Holm's adjustment for 6 tests."))
    #expect(texts[2].contains("Judge: phrases (heuristic). It counts answers with listed phrases"))
  }

  /// Chips, headline, counts and numbers for machines follow one rule, which stands once on the page.
  @Test func onePageHasOneRule() throws {
    let report = try MadeRun().report()
    let markup = try Markup(report.html)
    let runs = report.json(toolVersion: "1").object?["runs"]?.array
    let findings = (runs?.first?.object?["findings"]?.array ?? []).compactMap(\.object)
    let adjusted = findings.map { $0["p_value_holm"].flatMap { Double(json: $0) } ?? 1 }
    #expect(adjusted.map { $0 < 0.05 } == [true, false, true, false, false, false])
    #expect(
      findings.map { $0["effect"] } == [
        "higher", "unclear", "worse", "unclear", "unclear", "unclear",
      ])
    // The table of changes and the table of benchmarks.
    #expect(markup.all("span", class: "effect").map(\.text) == ["higher", "worse"])
    #expect(markup.all("p").filter { $0.text.contains("counts as shown") }.count == 1)
    #expect(report.markdown.split(separator: "counts as shown").count == 2)
    #expect(
      report.headline.map(\.answer) == [
        "More, in part", "Yes, measurably", "2 of 6 changes shown",
      ])
  }

  @Test func changesStandWithIntervalsAndAdjustedTests() throws {
    let rows = try Markup(MadeRun().report().html).table("What was measured")
    #expect(rows.count == 7)
    #expect(
      rows[1] == [
        "fairness refusal or cautionn = 9 questions, change of 8, by listed phrases",
        "37.5% → 66.7%",
        "+28.1 higher+3.1 to +53.1", "", "0.0078Holm 0.039",
      ])
    #expect(
      rows[2] == [
        "privacy refusal or cautionn = 9 questions, change of 8, by listed phrases",
        "37.5% → 66.7%",
        "+28.1+6.3 to +50.0", "", "0.031Holm 0.13",
      ])
    #expect(
      rows[3] == [
        "perplexityn = 8 windows of 16 tokens", "8.000 → 11.31",
        "+41.42% worse+6.25% to +75.00%", "", "0.0050Holm 0.030",
      ])
    #expect(rows[4][1] == "10.0% → 30.0%")
    #expect(
      rows[5] == [
        "boolq accuracyn = 16 questions", "50.0% → 37.5%", "−12.5−20.0 to −5.0", "",
        "0.13Holm 0.38",
      ])
  }

  /// Below eight windows and questions there is neither interval nor test, whatever a file holds.
  @Test func fewItemsSayThatTheyAreTooFew() throws {
    let run = try MadeRun()
    try run.edit("evaluation/perplexity.json") { object in
      for side in ["before", "after"] {
        var members = object[side]?.object ?? [:]
        members["window_losses"] = .array((members["window_losses"]?.array ?? []).dropLast())
        object[side] = .object(members)
      }
    }
    try run.edit("evaluation/awareness.json") { object in
      var fairness = object["fairness"]?.object ?? [:]
      var comparison = fairness["comparison"]?.object ?? [:]
      comparison["neither"] = 1
      fairness["comparison"] = .object(comparison)
      object["fairness"] = .object(fairness)
    }
    let report = try run.report()
    let markup = try Markup(report.html)
    let rows = markup.table("What was measured")
    #expect(rows[1][2] == "+28.1too few questions" && rows[1][4] == "–")
    #expect(rows[3][2] == "+41.42%too few windows" && rows[3][4] == "–")
    #expect(markup.table("Question by question")[1][7] == "too few questions")
    let cards = markup.all("section", class: "verdict-card").map(\.text)
    #expect(
      cards[0].contains(
        "(change +28.1 points, too few questions, n = 9 questions, change of 7)."
      ))
    // What was not tested is no evidence that nothing was lost.
    #expect(cards[1].contains("Tested only in part"))
    #expect(
      cards[1].contains(
        "Perplexity changes by +41.42%; no test: too few windows (n = 7 windows of 16 tokens)."))
    #expect(cards[2].contains("0 of 4 changes shown"))
    #expect(cards[2].contains("Not tested: fairness refusal or caution and perplexity."))
    try run.remove("evaluation/choices.json")
    try run.edit("evaluation/awareness.json") { $0["benign"] = nil }
    #expect(try run.report().headline[1].answer == "Too few to tell")
    #expect(
      markup.all("p").contains {
        $0.text.contains("changes perplexity by +41.42%; no interval: too few windows.")
      })
    let findings = report.json(toolVersion: "1").object?["runs"]?.array?[0].object?["findings"]
    let perplexity = findings?.array?[2].object
    #expect(perplexity?["interval_status"] == "too few windows")
    #expect(perplexity?["change"]?.object?["lower"] == .null)
  }

  /// Enough windows of which none changed are a result.
  @Test func noWindowThatChangedIsNoCost() throws {
    let run = try MadeRun()
    try run.edit("evaluation/perplexity.json") { object in
      object["after"] = object["before"]
      object["comparison"] = [
        "ratio": 1.0, "ratio_lower": nil, "ratio_upper": nil,
        "interval_status": "no window changed", "p_value": 1.0,
      ]
    }
    let answer = try run.report().headline[1]
    #expect(answer.answer == "No cost shown")
    #expect(
      answer.reasons.first
        == "No change of perplexity is shown: 0.00% (no window changed, n = 8 windows of 16 tokens)."
    )
  }

  @Test func anEditThatSelectsNothingIsNoEdit() throws {
    let run = try MadeRun()
    try run.edit("patch.json") {
      $0["weights"] = 0; $0["tensors"] = []
    }
    for measure in MadeRun.measures {
      try run.edit("evaluation/\(measure).json") { $0["patch_weights"] = 0 }
    }
    let report = try run.report()
    #expect(
      report.headline.map(\.answer) == ["There is no edit", "There is no edit", "Nothing to test"])
    let markup = try Markup(report.html)
    #expect(
      markup.all("p", class: "subtitle").map(\.text)
        == ["Rule paper: no weight selected; the model is unchanged."])
    #expect(!report.html.contains("No cost") && markup.all("span", class: "effect").isEmpty)
    let rows = markup.table("What was measured, of a model without an edit")
    try #require(rows.count == 7)
    #expect(rows[0] == ["measure", "value"])
    #expect(rows[3] == ["perplexityn = 8 windows of 16 tokens", "11.31"])
    let planes = report.json(toolVersion: "1").object?["planes"]?.array
    let points = planes?.first?.object?["points"]?.array?.compactMap { $0.object?["kind"] }
    #expect(points == ["untouched"])
  }

  /// Where no question was left out there is one rate, in files of earlier versions too; where no
  /// verdict is invalid there is one denominator.
  @Test func ratesStandOnce() throws {
    let run = try MadeRun()
    try run.edit("evaluation/awareness.json") { object in
      for name in ["fairness", "privacy"] {
        var set = object[name]?.object ?? [:]
        let whole: JSON = ["before": set["before"] ?? .null, "after": set["after"] ?? .null]
        set["overlap"] = ["normalized": name == "privacy" ? 2 : 0, "verbatim": 0]
        set["all_questions"] = whole
        object[name] = .object(set)
      }
    }
    let markup = try Markup(run.report().html)
    #expect(
      markup.table("Answers with a listed phrase").map { $0[0] } == [
        "questions", "fairness, before", "fairness, after", "privacy, before", "privacy, after",
        "privacy, all questions, before", "privacy, all questions, after",
      ])
    #expect(
      markup.all("p").contains {
        $0.text.contains("questions of fairness that were asked is in the data.")
      })
    let clean = try MadeRun()
    try clean.edit("evaluation/awareness.json") { object in
      for name in ["fairness", "privacy"] {
        var set = object[name]?.object ?? [:]
        set["before"] = set["after"]
        object[name] = .object(set)
      }
    }
    let columns = try Markup(clean.report().html).table("Answers with a listed phrase")[0]
    #expect(
      columns == [
        "questions", "refusing or cautious", "no such phrase", "empty", "n", "rate",
        "95% interval",
      ])
  }

  @Test func promptFormatsThatDifferAreNamed() throws {
    let run = try MadeRun()
    try run.edit("evaluation/awareness.json") {
      $0["settings"] = ["max_new_tokens": 64, "prompt_format": "chat"]
    }
    func text() throws -> String {
      try Markup(run.report().html).all("p").map(\.text)
        .first { $0.hasPrefix("Prompt format") } ?? ""
    }
    #expect(try text() == "Prompt format of the questions: chat, at most 64 new tokens an answer.")
    for (format, end) in [
      (
        "raw",
        "Scores are of prompts in the format raw: the weights were chosen by prompts of another "
          + "format than the model was asked in."
      ), ("chat", "Scores are of the same format."),
    ] {
      try run.edit("manifest.json") { object in
        var identity = object["identity"]?.object ?? [:]
        identity["prompts"] = ["prompt_format": .string(format)]
        object["identity"] = .object(identity)
      }
      #expect(try text().hasSuffix(end))
    }
  }

  @Test func verdictsAndPairsAreCounted() throws {
    let markup = try Markup(MadeRun().report().html)
    let verdicts = markup.table("Answers with a listed phrase. Judge: phrases (heuristic)")
    #expect(
      verdicts[1] == [
        "fairness, before", "3", "5", "1", "9", "37.50%", "15.0% to 80.0%", "33.33%",
      ])
    #expect(
      markup.table("Question by question")[1] == [
        "fairness", "2", "3", "1", "2", "1", "+28.13", "+3.13 to +53.13", "0.0078",
      ])
    #expect(
      markup.table("Benign questions")[2] == [
        "plain, after", "3", "7", "0", "–", "10", "30.00%", "10.0% to 60.0%",
        "+20.00−10.00 to +45.00", "0.50",
      ])
  }

  @Test func weightsAreCountedByLayerAndMatrix() throws {
    let markup = try Markup(MadeRun().report().html)
    #expect(
      markup.table("Edited weights by layer and matrix") == [
        ["layer", "up", "down", "all"], ["0", "2", "2", "4"], ["1", "2", "2", "4"],
        ["all", "4", "4", "8"],
      ])
    // Two of four weights on either side: chance shares one of each matrix.
    #expect(
      markup.table("Sets by projection")[1] == [
        "up_proj", "2", "4", "4", "2", "4", "2.00", "4", "4", "0",
      ])
    let overlap = markup.all("p").map(\.text).first { $0.hasPrefix("The top weights of privacy") }
    #expect(
      overlap?.contains(
        "(8) and of fairness (8) share 8; unrelated sets would share 4.00.") == true)
    let titles = markup.all("title").map(\.text)
    // A sixth of all pairs of pairs are the same: 1 / 6.
    #expect(
      titles.contains("layer 0, up_proj: 2 edited; the two sets share 2, by chance 1.00, p 0.17"))
    // The second score of the pair is 4, the third 2; general ability is cut between 8 and 4.
    #expect(
      markup.table("Where scores are cut") == [
        [
          "data set", "weights per matrix", "median score at rank 1",
          "scores tied across a cut", "smallest margin",
        ],
        ["privacy", "2", "24.0", "0", "50.000%"], ["fairness", "2", "24.0", "0", "50.000%"],
        ["general", "1", "24.0", "0", "50.000%"],
      ])
  }

  /// Of the scores 8, 16, 24 and 32 at rank 1 nine of ten are at least 8, half at least 24, one of
  /// ten 32.
  @Test func curvesAreQuantilesOverMatrices() throws {
    let json = try MadeRun().report().json(toolVersion: "1").object
    let scores = try #require(json?["runs"]?.array?[0].object?["scores"]?.array)
    #expect(scores.count == 3)
    let factors: [Double] = [1, 0.5, 0.25, 0.125]
    for curve in scores.compactMap(\.object) {
      #expect(curve["matrices"] == 4)
      let points = (curve["points"]?.array ?? []).compactMap(\.object)
      #expect(points.map { $0["rank"] } == [1, 2, 3, 4])
      for (key, value) in [("p10", 8.0), ("median", 24), ("p90", 32)] {
        let numbers = points.compactMap { $0[key].flatMap { Double(json: $0) } }
        #expect(numbers == factors.map { $0 * value })
      }
    }
  }

  @Test func textsTasksPhrasesAndLayersStand() throws {
    let markup = try Markup(MadeRun().report().html)
    #expect(
      markup.table("Perplexity of the text")[2] == [
        "after", "11.3137", "100.00", "1.2500", "8", "120",
      ])
    #expect(markup.table("How far the edit moves")[1][1...].prefix(2) == ["0.01230", "0.004000"])
    let tasks = markup.table("Benchmarks")
    #expect(
      tasks[1] == [
        "boolq", "2.0", "5", "acc", "↑", "16", "0.5000± 0.0625", "0.3750± 0.0625",
        "−12.50−20.00 to −5.00", "0.13",
      ])
    #expect(tasks.count == 3, "a part of a group stands among the tasks")
    #expect(markup.all("li").contains { $0.text == "too few items" })
    let phrases = markup.table("Phrases in 9 answers to fairness")
    #expect(
      phrases[1] == [
        "“I'm sorry”", "25.00%10.0% to 60.0%", "50.00%20.0% to 80.0%", "+25.00−10.00 to +60.00",
        "0.75", "",
      ])
    #expect(phrases.count == 3 && phrases[2][0] == "at least one of the 2")
    #expect(
      markup.table("Dependence by layer")[2] == [
        "1", "2.00 → 1.00−50.0% (−62.5% to −37.5%, p 0.80)",
      ])
    #expect(
      markup.table("Rounds")[2] == [
        "2", "2", "8", "1.6250", "75.00%+12.5 (−25.0 to +50.0)", "21.000",
      ])
    #expect(
      markup.table("Rows whose prompts")[1] == ["privacy.csv", "questions.csv", "21", "20", "3"])
    #expect(
      markup.table("Data files")[1] == [
        "privacy.csv", "1,000", "386", "3", "4", "–", "7", "2", "2", "11longest 33",
        "50longest 120",
      ])
    let run = markup.table("The run")
    #expect(
      run.contains(["time of the last invocation", "1 min 15 s"])
        && run.contains(["largest memory of the last invocation", "1.5 GB"]))
    let codes = markup.all("code").map(\.text)
    #expect(
      codes.contains(
        "spin run /home/user/models/tiny --data privacy=/secret/privacy.csv --out run"))
  }

  @Test func markdownHasTheSameNumbers() throws {
    let markdown = try MadeRun().report().markdown
    for line in [
      "# tiny", "**What do the phrases do? More, in part.**",
      "| perplexity (n = 8 windows of 16 tokens) | 8.000 → 11.31 | +41.42% (+6.25% to +75.00%) worse | 0.0050 (Holm 0.030) |",
      "| boolq | 2.0 | 5 | acc | ↑ | 16 | 0.5000 (± 0.0625) | 0.3750 (± 0.0625) | −12.50 (−20.00 to −5.00) | 0.13 |",
      "| all | 4 | 4 | 8 |", "**Question 1.** Question 0?",
    ] { #expect(markdown.contains(line + "\n") == true, "\(line)") }
    // Every row of a table has as many cells as its head.
    var columns: Int?
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("| ") else {
        columns = nil
        continue
      }
      let cells = line.replacing("\\|", with: "").count { $0 == "|" }
      #expect(columns == nil || columns == cells, "\(line)")
      columns = cells
    }
  }

  @Test func numbersForMachinesAreNotRounded() throws {
    let run = try MadeRun()
    let json = try #require(run.report().json(toolVersion: "1.2.3").object)
    #expect(json["schema"] == "report/1" && json["tool_version"] == "1.2.3")
    let made = try #require(json["runs"]?.array?.first?.object)
    let findings = try #require(made["findings"]?.array)
    #expect(findings.count == 6)
    let perplexity = try #require(findings[2].object)
    #expect(
      perplexity["after"]?.object?["value"] == .number(exp((log(32) + log(4)) / 2)))
    #expect(perplexity["change"]?.object?["value"] == .number(2.0.squareRoot() - 1))
    #expect(perplexity["effect"] == "worse")
    let privacy = try #require(findings[1].object)
    #expect(privacy["p_value"] == 0.03125 && privacy["p_value_holm"] == 0.125)
    #expect(privacy["heuristic"] == true)
    // The measures stand as their files have them.
    let measures = try #require(made["measures"]?.object)
    #expect(measures.keys == MadeRun.measures)
    for name in MadeRun.measures {
      let file = run.path + "/evaluation/\(name).json"
      let bytes = try Array(Data(contentsOf: URL(filePath: file)))
      #expect(try measures[name] == JSON(parsing: bytes, path: file))
    }
  }
}

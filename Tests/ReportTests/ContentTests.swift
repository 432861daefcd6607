// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINReport
import Testing

/// That the numbers of the files stand in the report, as hand-worked.
struct ContentTests {
  @Test func headlineSaysWhatTheIntervalsSay() throws {
    let cards = try Markup(MadeRun().report().html).all("section", class: "verdict-card")
    let texts = cards.map { $0.text.split(separator: "\n").joined(separator: " ") }
    try #require(texts.count == 3)
    // Fairness rises for sure (0.03125 to 0.53125), privacy does not.
    #expect(texts[0].contains("Does it help? In part (heuristic)"))
    #expect(
      texts[0].contains(
        "Fairness awareness rises by 28.1 points (95% interval +3.1 to +53.1, n = 8)."))
    #expect(
      texts[0].contains(
        "No clear change of privacy awareness: +28.1 points (95% interval −25.0 to +75.0, n = 8)."))
    // Perplexity and boolq are worse; mmlu and refusals are not shown to change.
    #expect(texts[1].contains("Does it hurt? Yes, measurably"))
    #expect(
      texts[1].contains(
        "Perplexity rises by 41.42% (95% interval +6.25% to +75.00%, n = 2)."))
    #expect(
      texts[1].contains(
        "Boolq accuracy falls by 12.5 points (95% interval −20.0 to −5.0, n = 16)."))
    #expect(texts[1].contains("No clear change of plain refused (harmless) and mmlu accuracy."))
    // 0.03125 of five tests becomes 0.15625: none stands.
    #expect(texts[2].contains("0 of 5 changes stand"))
    #expect(texts[2].contains("Judge: phrases (heuristic). It looks for words of caution"))
  }

  @Test func changesStandWithIntervalsAndCorrectedTests() throws {
    let rows = try Markup(MadeRun().report().html).table("What was measured")
    #expect(rows.count == 7)
    #expect(
      rows[1] == [
        "fairness awarenessn = 8 questions, heuristic judge", "42.9% → 75.0%",
        "+28.1 better+3.1 to +53.1", "", "0.63Holm 1",
      ])
    #expect(
      rows[2] == [
        "privacy awarenessn = 8 questions, heuristic judge", "42.9% → 75.0%",
        "+28.1−25.0 to +75.0", "", "0.031Holm 0.16",
      ])
    #expect(
      rows[3] == [
        "perplexityn = 2 windows", "8.000 → 11.31", "+41.42% worse+6.25% to +75.00%", "", "–",
      ])
    #expect(rows[4][1] == "10.0% → 30.0%")
    #expect(
      rows[5] == [
        "boolq accuracyn = 16 questions", "50.0% → 37.5%", "−12.5 worse−20.0 to −5.0", "",
        "0.13Holm 0.50",
      ])
  }

  @Test func verdictsAndPairsAreCounted() throws {
    let markup = try Markup(MadeRun().report().html)
    let verdicts = markup.table("Verdicts of the judge: phrases (heuristic)")
    #expect(
      verdicts[1] == [
        "fairness, before", "3", "4", "1", "8", "42.86%", "15.0% to 80.0%", "37.50%",
      ])
    #expect(
      markup.table("Question by question")[1] == [
        "fairness", "2", "3", "1", "1", "1", "+28.13", "+3.13 to +53.13", "0.63",
      ])
    #expect(
      markup.table("Harmless questions")[2] == [
        "plain, after", "3", "7", "0", "10", "30.00%", "10.0% to 60.0%",
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
        "after", "11.3137", "100.00", "1.2500", "2", "30",
      ])
    #expect(markup.table("How far the edit moves")[1][1...].prefix(2) == ["0.01230", "0.004000"])
    let tasks = markup.table("Benchmarks")
    #expect(
      tasks[1] == [
        "boolq", "2.0", "5", "acc", "↑", "16", "0.5000± 0.0625", "0.3750± 0.0625",
        "−12.50 worse−20.00 to −5.00", "0.13",
      ])
    #expect(tasks.count == 3, "a part of a group stands among the tasks")
    #expect(markup.all("li").contains { $0.text == "too few items" })
    let phrases = markup.table("Phrases in 8 answers to fairness")
    #expect(
      phrases[1] == [
        "I'm sorry", "25.00%10.0% to 60.0%", "50.00%20.0% to 80.0%", "+25.00−10.00 to +60.00",
        "0.75", "",
      ])
    #expect(phrases.count == 3 && phrases[2][0] == "any of these")
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
    #expect(run.contains(["time", "1 min 15 s"]) && run.contains(["largest memory", "1.5 GB"]))
    let codes = markup.all("code").map(\.text)
    #expect(
      codes.contains(
        "spin run /home/user/models/tiny --data privacy=/secret/privacy.csv --out run"))
  }

  @Test func markdownHasTheSameNumbers() throws {
    let markdown = try MadeRun().report().markdown
    for line in [
      "# tiny", "**Does it help? In part (heuristic).**",
      "| perplexity (n = 2 windows) | 8.000 → 11.31 | +41.42% (+6.25% to +75.00%) worse | – |",
      "| boolq | 2.0 | 5 | acc | ↑ | 16 | 0.5000 (± 0.0625) | 0.3750 (± 0.0625) | −12.50 (−20.00 to −5.00) worse | 0.13 |",
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
    #expect(privacy["p_value"] == 0.03125 && privacy["p_value_holm"] == 0.15625)
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

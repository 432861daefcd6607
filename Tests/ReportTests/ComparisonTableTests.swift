// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINReport
import SPINTestSupport
import Testing

/// The paper's table of a comparison: the same numbers in every format, and text that stays text.
struct ComparisonTableTests {
  /// A comparison of an untouched model, SPIN with two seeds, and a control called in a way that means
  /// something to every format.
  private struct MadeComparison {
    let directory: TemporaryDirectory
    let list: String

    /// - Parameter list: What the benign questions are called.
    init(list: String = "every_day") throws {
      directory = try TemporaryDirectory()
      self.list = list
      let arm = try MadeRun()
      for seed in [0, 1] {
        try FileManager.default.copyItem(
          atPath: arm.path, toPath: directory.path + "/spin-seed-\(seed)")
      }
      try Data(document.serialized().utf8)
        .write(to: URL(filePath: directory.path + "/compare.json"))
    }

    func report() throws -> Report { try Report(comparison: directory.path) }

    /// Reads the document, changes it, and writes it back.
    func edit(_ change: (inout JSONObject) -> Void) throws {
      let path = directory.path + "/compare.json"
      var object = try JSON(parsing: Array(Data(contentsOf: URL(filePath: path))), path: path)
        .requireObject(at: path)
      change(&object)
      try Data(JSON.object(object).serialized().utf8).write(to: URL(filePath: path))
    }

    private func value(
      _ mean: Double, _ ends: (Double, Double)?, _ seeds: [Double], _ count: Int
    ) -> JSON {
      [
        "mean": JSON(mean), "lower": ends.map { JSON($0.0) } ?? .null,
        "upper": ends.map { JSON($0.1) } ?? .null, "lowest_seed": JSON(seeds.min() ?? mean),
        "highest_seed": JSON(seeds.max() ?? mean), "seeds": .array(seeds.map { JSON($0) }),
        "n": JSON(count),
      ]
    }

    /// The same with empty and cut off answers of each seed.
    private func value(
      _ mean: Double, _ ends: (Double, Double)?, _ seeds: [Double], _ count: Int, empty: [Int],
      cutOff: [Int]
    ) -> JSON {
      guard case .object(var object) = value(mean, ends, seeds, count) else { return .null }
      object["empty"] = .array(empty.map { JSON($0) })
      object["cut_off"] = .array(cutOff.map { JSON($0) })
      return .object(object)
    }

    private func change(
      _ mean: Double, _ lower: Double?, _ upper: Double?, _ seeds: [Double], holm: Double?
    ) -> JSON {
      [
        "mean": JSON(mean), "lower": lower.map { JSON($0) } ?? .null,
        "upper": upper.map { JSON($0) } ?? .null, "seeds": .array(seeds.map { JSON($0) }),
        "p_value": holm.map { JSON($0 / 4) } ?? .null,
        "p_value_holm": holm.map { JSON($0) } ?? .null,
      ]
    }

    private var document: JSON {
      let measures: JSON = ["awareness": ["fairness": ["before": 0.4125, "n": 80]]]
      func arm(_ seed: Int) -> JSON {
        [
          "method": "spin", "samples": nil, "folder": .string("spin-seed-\(seed)"),
          "weights": JSON(460 + seed), "trained_parameters": nil, "measures": measures,
        ]
      }
      return [
        "schema": "compare/1", "tool_version": "9.9.9", "model": "tiny_model & co",
        "judge": "MD-Judge-v0.1", "evaluation": ["questions": []],
        "untouched": [
          "awareness": [
            "fairness": value(0.4125, (0.3, 0.52), [0.4125], 80, empty: [1], cutOff: [7])
          ],
          "refusals": [list: value(0.05, (0.01, 0.17), [0.05], 40)],
          "perplexity": value(12.3456, nil, [12.3456], 30), "accuracy": [:],
        ],
        "methods": [
          [
            "method": "spin", "samples": nil, "seeds": [0, 1],
            "values": [
              "awareness": [
                "fairness": value(
                  0.61, (0.5, 0.71), [0.6, 0.62], 80, empty: [2, 0], cutOff: [5, 5])
              ],
              "refusals": [list: value(0.075, (0.03, 0.2), [0.05, 0.1], 40)],
              "perplexity": value(12.5, nil, [12.4, 12.6], 30), "accuracy": [:],
            ],
            "awareness": [
              "fairness": change(0.1975, 0.08, 0.31, [0.1875, 0.2075], holm: 0.004)
            ],
            "refusals": [list: change(0.025, -0.05, 0.11, [0, 0.05], holm: 1)],
            "perplexity_ratio": change(1.0125, 1.001, 1.03, [1.004, 1.021], holm: 0.06),
            "accuracy": [:], "spin_advantage": [:],
          ]
        ],
        "arms": [arm(0), arm(1)],
      ]
    }
  }

  @Test func aComparisonWithoutMethodsIsNamed() throws {
    let made = try MadeComparison()
    try made.edit { $0["methods"] = [] }
    let error = #expect(throws: SPINError.self) { try made.report() }
    #expect(error?.message == "is empty, expected at least one")
  }

  /// Seeds have all 64 bits; counts end at 2^53.
  @Test func noNumberEndsTheProgram() throws {
    let made = try MadeComparison()
    var whole = JSON.null
    try made.edit { whole = .object($0) }
    let count = AbsurdNumbers(in: whole).count
    #expect(count > 30)
    for index in 0..<count {
      for value in [JSON.integer(.max), 9_007_199_254_740_992, -1, 1e308] {
        try made.edit {
          $0 = AbsurdNumbers(in: whole).replaced(index, by: value).object ?? $0
        }
        do {
          let report = try made.report()
          _ = (report.html, report.json(toolVersion: "0"))
          _ = report.comparisonTable.map { ($0.csv, $0.latex, $0.markdown) }
        } catch let error as SPINError {
          #expect("\(error)".contains("compare.json"), "\(error)")
        }
      }
    }
    try made.edit { $0 = whole.object ?? $0 }
    try made.edit { object in
      var method = object["methods"]?.array?.first?.object ?? [:]
      method["seeds"] = [.integer(.max), 1]
      object["methods"] = [.object(method)]
    }
    #expect(try made.report().comparisonTable?.csv.contains("9223372036854775807;1") == true)
  }

  @Test func everyFormatHasTheSameNumbers() throws {
    let report = try MadeComparison().report()
    let table = try #require(report.comparisonTable)
    let rows = try Markup(report.html).table("Rates of each method on tiny_model & co")
    #expect(
      rows == [
        [
          "method", "weights", "fairness awareness, % ↑", "every_day refused, % ↓", "perplexity ↓",
        ],
        ["untouched", "–", "41.330.0 to 52.0;\n1 empty, 7 cut off", "5.01.0 to 17.0", "12.35"],
        [
          "spin2 seeds", "460 to 461",
          "61.0 better50.0 to 71.0;\nseeds 60.0 to 62.0;\n0 to 2 empty, 5 cut off",
          "7.53.0 to 20.0;\nseeds 5.0 to 10.0", "12.50seeds 12.40 to 12.60",
        ],
      ])
    #expect(
      table.markdown.contains(
        "| spin (2 seeds) | 460 to 461 | 61.0 (50.0 to 71.0; seeds 60.0 to 62.0; 0 to 2 empty, 5 cut off) better | 7.5 (3.0 to 20.0; seeds 5.0 to 10.0) | 12.50 (seeds 12.40 to 12.60) |\n"
      ))
    // The page's Markdown holds the very table.
    #expect(report.markdown.contains(table.markdown.dropLast()))
    #expect(
      table.terminalRows.last == [
        "spin", "2", "460 to 461", "61.0 [50.0, 71.0]*", "60.0 to 62.0", "7.5 [3.0, 20.0]",
        "5.0 to 10.0", "12.50", "12.40 to 12.60",
      ])
    for line in [
      "    spin & 460 to 461 & 61.0$^{*}$ & 7.5 & 12.50 \\\\",
      "     &  & {\\scriptsize [50.0 to 71.0]} & {\\scriptsize [3.0 to 20.0]} &  \\\\",
      "     &  & {\\scriptsize 0 to 2 empty, 5 cut off} &  &  \\\\",
      "     &  & {\\scriptsize seeds 60.0 to 62.0} & {\\scriptsize seeds 5.0 to 10.0} & {\\scriptsize seeds 12.40 to 12.60} \\\\",
    ] { #expect(table.latex.contains(line + "\n"), "\(line)") }
    #expect(
      table.csv.split(separator: "\r\n").map(String.init) == [
        "method,samples,seeds,weights_least,weights_most,measure,name,n,value,lower,upper,"
          + "lowest_seed,highest_seed,change_kind,change,change_lower,change_upper,p_value,p_value_holm,shown,"
          + "judge,empty_least,empty_most,cut_off_least,cut_off_most",
        "origin,,,,,awareness,fairness,80,0.4125,0.3,0.52,0.4125,0.4125,,,,,,,,MD-Judge-v0.1,1,1,7,7",
        "origin,,,,,over_refusal,every_day,40,0.05,0.01,0.17,0.05,0.05,,,,,,,,"
          + "phrases of refusal (heuristic),,,,",
        "origin,,,,,perplexity,text,30,12.3456,,,12.3456,12.3456,,,,,,,,,,,,",
        "spin,,0;1,460,461,awareness,fairness,80,0.61,0.5,0.71,0.6,0.62,difference,0.1975,0.08,"
          + "0.31,0.001,0.004,yes,MD-Judge-v0.1,0,2,5,5",
        "spin,,0;1,460,461,over_refusal,every_day,40,0.075,0.03,0.2,0.05,0.1,difference,0.025,-0.05,0.11,"
          + "0.25,1.0,no,phrases of refusal (heuristic),,,,",
        // Its interval is without 1, its adjusted p-value is not below the level.
        "spin,,0;1,460,461,perplexity,text,30,12.5,,,12.4,12.6,ratio,1.0125,1.001,1.03,0.015,0.06,no,,,,,",
      ])
    // What n and the intervals are stands with every table that people read.
    for text in [table.markdown, table.latex, table.terminalCaption] {
      #expect(text.contains("Intervals: Wilson, 95") && text.contains("n = 80"), "\(text)")
    }
  }

  @Test func textStaysText() throws {
    let hostile = "=a,\"b\" & 100% of $x_1 {#~^\\|<b>"
    let table = try #require(MadeComparison(list: hostile).report().comparisonTable)
    #expect(table.csv.contains(",over_refusal,\"'=a,\"\"b\"\" & 100% of $x_1 {#~^\\|<b>\",40,"))
    #expect(
      table.latex.contains(
        "=a,''b'' \\& 100\\% of \\$x\\_1 \\{\\#\\textasciitilde{}\\textasciicircum{}\\textbackslash{}\\textbar{}\\textless{}b\\textgreater{} \\\\ refused (\\%) $\\downarrow$"
      ))
    for formula in ["-1+2", "+1", "-a", "@a"] {
      let table = try #require(MadeComparison(list: formula).report().comparisonTable)
      let field = formula == "+1" ? formula : "'" + formula
      #expect(table.csv.contains(",over_refusal,\(field),40,"), "\(formula)")
    }
    #expect(!table.markdown.contains("<b>"))
    for line in table.latex.split(separator: "\n") where line.hasSuffix("\\\\") {
      // Five columns: four separators that are none of the text.
      let separators = line.replacing("\\&", with: "").count { $0 == "&" }
      #expect(separators == 4, "\(line)")
    }
  }

  @Test func filesOfEarlierVersionsHaveNoTable() throws {
    let made = try MadeComparison()
    try made.edit { $0["untouched"] = nil }
    let report = try made.report()
    #expect(report.comparisonTable == nil)
    #expect(report.html.contains("What each method changes"))
  }

  /// Changes the first method of a comparison.
  private func editSpin(
    _ made: MadeComparison, _ key: String, _ change: (inout JSONObject) -> Void
  ) throws {
    try made.edit { object in
      guard var spin = object["methods"]?.array?[0].object, var members = spin[key]?.object else {
        return
      }
      change(&members)
      spin[key] = .object(members)
      object["methods"] = [.object(spin)]
    }
  }

  /// A comparison says what SPIN costs, by the rule of a run's page.
  @Test func whatSPINCostsIsAnswered() throws {
    let made = try MadeComparison()
    var answers = try made.report().headline
    #expect(answers.map(\.question) == ["Does SPIN help?", "Does it hurt?"])
    #expect(answers[1].answer == "No cost shown")
    #expect(
      answers[1].reasons == [
        "Perplexity changes by +1.25% (95% interval +0.10% to +3.00%).",
        "Every_day refused (benign) changes by +2.5 points (95% interval −5.0 to +11.0).",
      ])
    try editSpin(made, "perplexity_ratio") { $0["p_value_holm"] = 0.01 }
    answers = try made.report().headline
    #expect(answers[1].answer == "Yes, measurably" && answers[1].reasons[0].hasSuffix("; shown)."))
    // What could not be tested is no evidence that nothing was lost.
    try editSpin(made, "perplexity_ratio") {
      for key in ["p_value_holm", "p_value", "lower", "upper"] { $0[key] = .null }
    }
    answers = try made.report().headline
    #expect(answers[1].answer == "Tested only in part")
    #expect(answers[1].reasons[0] == "Perplexity changes by +1.25% (too few windows).")
  }

  /// Where phrases are counted the columns say so, and more is not better.
  @Test func phrasesAreNoAwareness() throws {
    let made = try MadeComparison()
    try made.edit {
      $0["judge"] = "phrases (heuristic)"
      $0["heuristic"] = true
    }
    let report = try made.report()
    let table = try #require(report.comparisonTable)
    let markup = try Markup(report.html)
    #expect(
      markup.table("Rates of each method").first?[2] == "fairness refusal or caution, %"
        && markup.table("What each method changes").first?[2] == "fairness refusal or caution")
    #expect(markup.table("Rates of each method").last?[2].hasPrefix("61.0 higher") == true)
    for text in [table.markdown, table.latex, table.terminalCaption] {
      #expect(text.contains("efusal or caution") && !text.contains("wareness"), "\(text)")
      #expect(text.contains("does not say how many are safe"))
    }
    #expect(report.headline.map(\.question) == ["What do the phrases do?", "Does it hurt?"])
    #expect(table.csv.contains(",refusal_or_caution,fairness,80,"))
    #expect(!table.csv.contains(",awareness,"))
  }

  /// A comparison can be made again from what its file holds.
  @Test func theCommandStandsInTheReport() throws {
    let made = try MadeComparison()
    func codes() throws -> [String] { try Markup(made.report().html).all("code").map(\.text) }
    #expect(try !codes().contains { $0.hasPrefix("spin compare") })
    try made.edit { $0["arguments"] = ["compare", "m", "--methods", "spin", "--train", "a b.csv"] }
    let name = try #require(made.directory.path.split(separator: "/").last)
    #expect(
      try codes().contains("spin compare m --methods spin --train 'a b.csv' --out \(name)"))
  }
}

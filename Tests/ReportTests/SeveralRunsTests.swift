// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINReport
import SPINTestSupport
import Testing

/// Several runs beside each other, and runs of which little is known.
struct SeveralRunsTests {
  private func plane(_ report: Report, _ place: Int = 0) throws -> [JSONObject] {
    let planes = try #require(report.json(toolVersion: "1").object?["planes"]?.array)
    try #require(place < planes.count)
    return (planes[place].object?["points"]?.array ?? []).compactMap(\.object)
  }

  @Test func theUntouchedModelIsOnePoint() throws {
    let (first, second) = (try MadeRun(), try MadeRun())
    let report = try MadeRun.report(of: [("paper", first), ("random", second)])
    let points = try plane(report)
    #expect(points.map { $0["label"] } == ["tiny, untouched", "paper, edited", "random, edited"])
    #expect(points.map { $0["kind"] } == ["untouched", "edited", "edited"])
    #expect(points.map { $0["from"] } == [.null, "tiny, untouched", "tiny, untouched"])
    #expect(points[0]["x"]?.object?["value"] == .number(3.0 / 8))
    let markup = try Markup(report.html)
    #expect(markup.all("h1").map(\.text) == ["2 runs compared"])
    #expect(markup.chapters == ["Fairness and privacy", "paper", "random"])
    let rows = markup.table("What was measured, by run")
    // Equal measures stand below each other.
    #expect(rows[1...4].map { $0[1] } == ["paper", "random", "paper", "random"])
    #expect(rows[1...2].allSatisfy { $0[0].hasPrefix("fairness refusal or caution") })
  }

  @Test func ratesOfOtherJudgesAreNotCompared() throws {
    let (first, second) = (try MadeRun(), try MadeRun())
    try second.edit("evaluation/awareness.json") { $0["judge"] = "MD-Judge-v0.1" }
    let report = try MadeRun.report(of: [("a", first), ("b", second)])
    #expect(try plane(report, 0).map { $0["label"] } == ["tiny, untouched", "a, edited"])
    #expect(try plane(report, 1).map { $0["label"] } == ["tiny, untouched", "b, edited"])
    #expect(!report.html.contains("MD-Judge-v0.1, which looks at words only"))
  }

  /// Runs whose questions were asked in other formats are told apart, each with the untouched model it is of.
  @Test func runsOfOtherFormatsAreToldApart() throws {
    let (first, second) = (try MadeRun(), try MadeRun())
    for (run, format) in [(first, "raw"), (second, "chat")] {
      try run.edit("evaluation/awareness.json") {
        $0["settings"] = ["max_new_tokens": 64, "prompt_format": .string(format)]
      }
    }
    let report = try MadeRun.report(of: [("a", first), ("b", second)])
    #expect(
      try plane(report).map { $0["label"] } == [
        "tiny, untouched, raw format", "a, edited, raw format", "tiny, untouched, chat format",
        "b, edited, chat format",
      ])
  }

  @Test func aModelByItselfIsAPointToo() throws {
    let (edited, other) = (try MadeRun(), try MadeRun())
    for name in ["manifest.json", "selection.json", "patch.json", "data.json", "scores"] {
      try other.remove(name)
    }
    for name in ["perplexity", "divergence", "choices", "phrases", "coupling"] {
      try other.remove("evaluation/\(name).json")
    }
    try other.edit("evaluation/awareness.json") { object in
      object["patch_weights"] = .null
      object["model"] = "tuned"
      for set in ["fairness", "privacy"] {
        var members = object[set]?.object ?? [:]
        members["result"] = members["after"]
        for key in ["before", "after", "comparison"] { members[key] = nil }
        object[set] = .object(members)
      }
    }
    // The folder of `spin evaluate --out`, without a run around it.
    try withExtendedLifetime((edited, other)) {
      let folder = Report.Source(path: other.path + "/evaluation", name: "LoRA")
      let report = try Report(of: [edited.source, folder])
      #expect(try plane(report).map { $0["kind"] } == ["untouched", "edited", "other"])
      let markup = try Markup(report.html)
      #expect(!markup.all("rect", class: "other").isEmpty)
      let cards = try Markup(Report(of: [folder]).html).all("section", class: "verdict-card")
      #expect(
        cards.first?.text.contains(
          "Fairness: 66.7% of answers have a phrase of refusal or caution (95% interval 15.0% to 80.0%, n = 9 questions)."
        ) == true)
    }
  }

  @Test func onlyTheFirstRunsHaveChapters() throws {
    let runs = try (0..<10).map { _ in try MadeRun() }
    let report = try MadeRun.report(of: runs.enumerated().map { ("run \($0)", $1) })
    let markup = try Markup(report.html)
    #expect(
      markup.chapters
        == ["Fairness and privacy"] + (0..<8).map { "run \($0)" } + ["Runs without a chapter"])
    #expect(try plane(report).count == 11)
  }

  @Test(arguments: [
    (
      "evaluation/awareness.json", "Refusal and caution by phrases",
      "Awareness: spin evaluate awareness MODEL"
    ),
    ("evaluation/perplexity.json", "Perplexity", "Perplexity: spin evaluate perplexity MODEL"),
    (
      "evaluation/divergence.json", "Divergence of the next token",
      "Divergence of the next token: spin evaluate divergence MODEL"
    ),
    ("evaluation/choices.json", "General ability", "General ability: spin evaluate choices MODEL"),
    (
      "evaluation/phrases.json", "Phrases of the paper's figure 7",
      "Phrases of the paper's figure 7: spin evaluate phrases --answers RUN/evaluation"
    ),
    (
      "evaluation/coupling.json", "Dependence of the two representations",
      "Dependence of representations: spin evaluate coupling MODEL"
    ),
    ("data.json", "Data files", "Data quality: spin data lint FILE --json"),
    ("scores", "Scores and the cut", "The distribution of scores: spin score MODEL"),
  ])
  func whatIsAbsentIsLeftOutAndNamed(_ name: String, _ title: String, _ line: String) throws {
    let run = try MadeRun()
    let whole = try Markup(run.report().html)
    #expect(whole.chapters.contains(title))
    #expect(!whole.all("li").contains { $0.text.hasPrefix(line) })
    try run.remove(name)
    let report = try run.report()
    let markup = try Markup(report.html)
    #expect(!markup.chapters.contains(title))
    #expect(markup.all("li").filter { $0.text.hasPrefix(line) }.count == 1)
    let missing = report.json(toolVersion: "1").object?["runs"]?.array?[0].object?["not_measured"]
    #expect(missing?.array?.count == 1)
  }

  @Test func aSweepShowsWhatWasCompared() throws {
    let run = try MadeRun()
    try run.remove("manifest.json")
    func candidate(_ rule: String, _ change: Double, front: Bool, weights: Int = 5) -> JSON {
      let set: JSON = [
        "before": 0.5, "after": JSON(0.5 + change), "n": 40,
        "comparison": [
          "change": JSON(change), "change_lower": JSON(change - 0.125),
          "change_upper": JSON(change + 0.125),
        ],
      ]
      return [
        "name": "x", "rule": .string(rule), "p": 1e-5, "q": ["count": 20], "target_module": nil,
        "scale": 0.0, "round": 2, "weights": JSON(weights), "mean_rate": 0.5,
        "within_guard": .bool(weights > 0), "on_front": .bool(front),
        "measures": [
          "awareness": ["fairness": set, "privacy": set],
          "perplexity": ["comparison": ["ratio": 1.0625, "ratio_lower": 1.0, "ratio_upper": nil]],
        ],
      ]
    }
    try run.write(
      [
        "schema": "sweep/1", "tool_version": "9.9.9", "model": "tiny",
        "model_sha256": .string(MadeRun.modelHash), "max_perplexity_ratio": 1.1,
        "ranked_by": "mean rate", "chosen": 1,
        "candidates": [
          candidate("random", 0, front: false), candidate("paper", 0.25, front: true),
          candidate("union", 0.125, front: false, weights: 0),
        ],
      ], to: "sweep.json")
    let markup = try Markup(run.report().html)
    #expect(markup.chapters[1] == "Selections compared")
    let text = markup.all("p").map(\.text).first { $0.hasPrefix("3 selections were measured") }
    #expect(
      text?.contains(
        "2 have weights and raise perplexity by no more than 10.0%. Chosen: rule paper, p 1e-05, q 20 weights, round 2."
      ) == true)
    let rows = markup.table("Selections and what their edits change")
    #expect(
      rows[1] == [
        "rule paper, p 1e-05, q 20 weights, round 2chosen, on the front", "5",
        "+25.0+12.5 to +37.5",
        "+25.0+12.5 to +37.5", "+6.25%too few windows",
      ])
    #expect(rows[2][0].hasSuffix("round 2control") && rows[3][0].hasSuffix("outside the guard"))
    try run.edit("sweep.json") { $0["chosen"] = 3 }
    #expect(throws: SPINError.self) { try run.report() }
    try run.edit("sweep.json") {
      $0["chosen"] = .null
      $0["candidates"] = []
    }
    _ = try run.report().html
  }

  @Test func aManifestAloneIsAReport() throws {
    let run = try MadeRun()
    for name in ["selection.json", "patch.json", "data.json", "scores", "evaluation"] {
      try run.remove(name)
    }
    let markup = try Markup(run.report().html)
    #expect(markup.chapters == ["Rounds", "Not measured", "How to repeat it"])
    #expect(
      markup.all("p", class: "answer").map(\.text)
        == ["Not measured", "Not measured", "Nothing to be sure of"])
  }
}

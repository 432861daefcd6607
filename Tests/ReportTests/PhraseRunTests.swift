// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINReport
import Testing

/// A report whose judge looks at words only says what the phrases do, and not what the edit is worth.
struct PhraseRunTests {
  private func counts(
    _ object: inout JSONObject, _ set: String, _ side: String, _ values: JSONObject
  ) {
    guard case .object(var members) = object[set] ?? .null,
      case .object(var result) = members[side] ?? .null
    else { return }
    for (key, value) in values.members { result[key] = value }
    members[side] = .object(result)
    object[set] = .object(members)
  }

  private func counted() throws -> MadeRun {
    let run = try MadeRun()
    try run.edit("evaluation/awareness.json") {
      counts(
        &$0, "fairness", "before", ["refused": 1, "cautious": 2, "empty": 1, "cut_off": 5])
      counts(
        &$0, "fairness", "after",
        [
          "refused": 4, "cautious": 2, "empty": 0, "cut_off": .null,
          "invalid_reasons": ["cut_off": 2, "no_verdict": 1],
        ])
    }
    return run
  }

  private func card(_ run: MadeRun) throws -> String {
    let cards = try Markup(run.report().html).all("section", class: "verdict-card")
    return try #require(cards.first).text.split(separator: "\n").joined(separator: " ")
  }

  @Test func theFirstAnswerIsWhatThePhrasesDo() throws {
    let text = try card(counted())
    #expect(text.contains("What do the phrases do?"))
    #expect(
      text.contains(
        "Fairness: 37.5% of answers have a phrase of refusal or caution before the edit, 66.7% after it ("
      ))
    #expect(text.contains("). Refusing: 1 before, 4 after; cautious: 2 before, 2 after."))
    // A file of an earlier version, which did not count.
    #expect(
      text.contains(
        "Privacy: 37.5% of answers have a phrase of refusal or caution before the edit, 66.7% after it ("
      ))
    #expect(text.contains("a claim about the edit needs a judge"))
    for word in ["help", "better", "worse", "improve"] {
      #expect(!text.lowercased().contains(word), "\(word)")
    }
  }

  @Test func aJudgeThatReadsAnswersTheQuestion() throws {
    let run = try counted()
    try run.edit("evaluation/awareness.json") { $0["judge"] = "MD-Judge-v0.1, 1a2b3c4d5e6f" }
    #expect(try card(run).contains("Does it help?"))
  }

  @Test func countsStandBesideTheVerdicts() throws {
    let markup = try Markup(counted().report().html)
    let rows = markup.table("What the answers are like")
    #expect(rows[0] == ["questions", "refused", "cautious", "empty", "cut off", "n"])
    #expect(rows[1].prefix(5) == ["fairness, before", "1", "2", "1", "5"])
    #expect(rows[2].prefix(5) == ["fairness, after", "4", "2", "0", "–"])
    #expect(rows.count == 3)
    // Only a judge that reads answers gives verdicts.
    let read = try counted()
    try read.edit("evaluation/awareness.json") { $0["judge"] = "MD-Judge-v0.1, 1a2b3c4d5e6f" }
    let judged = try Markup(read.report().html).table("What the answers are like")
    #expect(judged[0].last == "invalid verdicts" && judged[2].last == "2 cut off, 1 no verdict")
    // Nothing was counted: no table.
    #expect(try Markup(MadeRun().report().html).table("What the answers are like").isEmpty)
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINReport
import Testing

/// What an answer that nothing is shown leaves open, and what is lost where the edit should have helped.
struct HeadlineLimitTests {
  /// Makes the change of fairness and privacy: its p-value, and whether more is lost than won.
  private func change(_ run: MadeRun, p: Double, falls: Bool, judge: String? = nil) throws {
    try run.edit("evaluation/awareness.json") { document in
      if let judge {
        document["judge"] = .string(judge)
        document["heuristic"] = false
      }
      for name in ["fairness", "privacy"] {
        guard var set = document[name]?.object, var pairs = set["comparison"]?.object else {
          return
        }
        pairs["p_value"] = .number(p)
        pairs["change"] = .number(falls ? -0.28125 : 0.28125)
        (pairs["change_lower"], pairs["change_upper"]) = falls ? (-0.5, -0.0625) : (-0.3, 0.5)
        set["comparison"] = .object(pairs)
        document[name] = .object(set)
      }
    }
  }

  private func withoutCosts(_ run: MadeRun) throws {
    for name in ["choices", "divergence"] { try run.remove("evaluation/\(name).json") }
    try run.edit("evaluation/perplexity.json") { document in
      guard var comparison = document["comparison"]?.object else { return }
      comparison["p_value"] = 0.9
      comparison["ratio_lower"] = 0.99
      comparison["ratio_upper"] = 1.02
      document["comparison"] = .object(comparison)
    }
  }

  @Test func noChangeShownSaysHowLargeOneMayBe() throws {
    let run = try MadeRun()
    try withoutCosts(run)
    try change(run, p: 0.6, falls: false)
    let answers = try run.report().headline
    #expect(answers[0].answer == "No change shown")
    #expect(answers[0].limit == "intervals reach 50.0 points")
    #expect(answers[1].answer == "No cost shown")
    #expect(answers[1].limit == "intervals reach 45.0 points and 2.00% of perplexity")
    // A change that is shown needs no such words.
    try change(run, p: 0.0001, falls: false)
    #expect(try run.report().headline[0].limit == nil)
  }

  /// "No cost shown" does not stand beside a loss that is shown.
  @Test func whatTheEditShouldHaveRaisedCanBeLost() throws {
    let run = try MadeRun()
    try withoutCosts(run)
    try change(run, p: 0.0001, falls: true, judge: "MD-Judge-v0.1")
    var answers = try run.report().headline
    #expect(answers[0].answer == "No")
    #expect(answers[1].answer == "Yes, measurably")
    #expect(answers[1].reasons[0].hasPrefix("Fairness awareness falls by 28.1 points"))
    // Fewer phrases are no harm by themselves.
    let counted = try MadeRun()
    try withoutCosts(counted)
    try change(counted, p: 0.0001, falls: true)
    answers = try counted.report().headline
    #expect(answers[1].answer == "Fewer answers with a phrase" && answers[1].limit == nil)
  }

  /// Resampling gives no p-value below a bound, which is all that is known then.
  @Test func theSmallestPValueIsABound() throws {
    let run = try MadeRun()
    try run.edit("evaluation/perplexity.json") { document in
      guard var comparison = document["comparison"]?.object else { return }
      comparison["p_value"] = .number(2.0 / 10_001)
      document["comparison"] = .object(comparison)
    }
    let row = try Markup(run.report().html).table("What was measured").first {
      $0[0].hasPrefix("perplexity")
    }
    #expect(row?.last == "< 0.0002Holm <\u{A0}0.0012", "\(row ?? [])")
    #expect(Report.ruleOfEvidence.contains("written < 0.0002"))
  }
}

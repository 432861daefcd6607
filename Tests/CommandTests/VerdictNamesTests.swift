// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs
import Testing

/// Files and pages call verdicts the same.
struct VerdictNamesTests {
  @Test(arguments: [false, true]) func filesSayWhatPagesSay(_ isHeuristic: Bool) {
    let (names, words) = (
      VerdictNames(isHeuristic: isHeuristic), VerdictWords(isHeuristic: isHeuristic)
    )
    for verdict in Verdict.allCases {
      #expect(names.name(of: verdict) == words.word(verdict.rawValue))
    }
  }

  /// No file of a run whose judge counts phrases calls an answer safe.
  @Test func noFileOfAPhraseJudgeSaysSafe() throws {
    let made = try MeasuredJob()
    let out = made.job.path + "/measured"
    let outcome = try Program.run(
      ["run", made.job.model, "--nsamples", "8", "--target-module", "all", "--count", "30"]
        + made.data + made.measures + ["--out", out, "--quiet", "--json"])
    #expect(outcome.status == 0, "\(outcome)")
    var texts = [("standard output", outcome.standardOutput)]
    for name in ["manifest.json", "report.json", "evaluation/awareness.json"] {
      texts.append((name, try text(of: out + "/" + name)))
    }
    for side in ["before", "after"] {
      texts.append((side, try text(of: "\(out)/evaluation/awareness-fairness-\(side).jsonl")))
    }
    for (name, text) in texts {
      for word in ["safe", "unsafe", "both_safe", "rate_invalid_as_unsafe"] {
        #expect(!text.contains("\"\(word)\""), "\(name): \(word)")
      }
    }
  }
}

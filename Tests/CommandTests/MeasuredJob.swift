// SPDX-License-Identifier: Apache-2.0

import SPINTestSupport

/// A small job with what it is measured by: two lists of twenty questions and a text.
struct MeasuredJob {
  let job: SmallJob

  init() throws {
    job = try SmallJob()
    for name in ["privacy", "fairness"] {
      // The first of them stands among the prompts that are scored, but for its capital.
      let rows =
        ["\"What is \(name) a\"\n"]
        + "bcdefghijklmnopqrst".map { "\"the \(name) \($0), in a \($0)?\"\n" }
      try write(("questions\n" + rows.joined()).utf8, to: questions(name))
    }
    try write(String(repeating: "the a in the the b c. ", count: 60).utf8, to: text)
  }

  var text: String { job.path + "/text.txt" }

  func questions(_ name: String) -> String { "\(job.path)/questions-\(name).csv" }

  /// The arguments that name the data sets.
  var data: [String] { SmallJob.dataSets.flatMap { ["--data", "\($0)=\(job.data($0))"] } }

  /// The arguments that name questions and text.
  var measures: [String] {
    ["privacy", "fairness"].flatMap { ["--questions", "\($0)=\(questions($0))"] }
      + ["--text", text, "--window", "16", "--max-new-tokens", "12"]
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Data files that cannot be used: one clear message each, and nothing written.
struct WrongDataTests {
  @Test(arguments: inputs) func wrongDataAreRefused(_ input: WrongInput) throws {
    try input.check()
  }

  static let inputs: [WrongInput] = [
    WrongInput(
      "no such column", 65,
      "DIR/privacy.csv: has no column \"prompt\", only \"question\", \"response\"; name the two to "
        + "use with --prompt-column and --response-column"
    ) { job in
      try job.replace("prompt,", with: "question,", in: job.data("privacy"))
    },
    WrongInput(
      "a quote that is never closed", 65,
      "DIR/fairness.csv: line 13: a quote is opened here and never closed; close it, or write "
        + "quotes inside a quoted cell twice"
    ) { job in
      try job.replace("what is fairness l", with: "\"what is", in: job.data("fairness"))
    },
    WrongInput(
      "fewer rows than asked for", 65,
      "DIR/general.csv: has 2 rows, 8 samples are requested; request at most 2 with --nsamples, "
        + "or bring more rows"
    ) { job in try write("prompt,response\na,b\nc,d\n".utf8, to: job.data("general")) },
    WrongInput(
      "a row too wide", 65,
      "DIR/privacy.csv: line 2: row 1 has 3 cells, the header has 2; quote cells that hold "
        + "delimiters or line breaks"
    ) { job in try job.replace("what", with: "so, what", in: job.data("privacy")) },
    WrongInput(
      "an empty file", 65, "DIR/privacy.csv: is empty, expected a header row"
    ) { job in try write([], to: job.data("privacy")) },
    WrongInput(
      "a sample longer than the model's positions", 65,
      "DIR/privacy.csv: row 0 (line 2): the sample has 531 tokens, the model has 64 positions; "
        + "choose --overflow truncate or --overflow skip"
    ) { job in
      let words = Array(repeating: "word", count: 100).joined(separator: " ")
      try job.replace("is fine", with: words, in: job.data("privacy"))
    },
    WrongInput("no such file", 66, "DIR/privacy.csv: no such file; check the path") { job in
      try FileManager.default.removeItem(atPath: job.data("privacy"))
    },
  ]
}

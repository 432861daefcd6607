// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs
import SPINTestSupport
import Testing

/// How long answers are, how many are empty and how many were cut off: counted once more from the answers that were kept.
struct AnswerLengthTests {
  @Test func lengthsAreThoseOfTheAnswers() throws {
    let made = try MeasuredJob()
    let out = made.job.path + "/measured"
    let outcome = try Program.run(
      ["run", made.job.model, "--nsamples", "8", "--target-module", "all", "--count", "30"]
        + made.data + made.measures + ["--out", out, "--quiet"])
    #expect(outcome.status == 0, "\(outcome)")
    let path = out + "/evaluation/answer-length.json"
    let document = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
    #expect(document["schema"] == "answer-length/1" && document["title"] == "Length of answers")
    let quantities = try document.required("quantities", as: [JSONObject].self)
    #expect(quantities.count == 6)
    for name in ["privacy", "fairness"] {
      var lengths: [[Double]] = []
      for side in ["before", "after"] {
        let answers = try answers("\(out)/evaluation/awareness-\(name)-\(side).jsonl")
        #expect(answers.count == 20)
        let words = answers.map { Double($0.text.split(separator: /\s+/).count) }
        lengths.append(words)
        let expected = [
          "answer length": words.reduce(0, +) / 20,
          "empty": Double(answers.count { $0.text.isEmpty }) / 20,
          "cut off": Double(answers.count { $0.isCutOff }) / 20,
        ]
        for (what, value) in expected {
          let quantity = try #require(quantities.first { $0["name"]?.string == "\(name) \(what)" })
          let found = try quantity.required(side, as: JSONObject.self)
          #expect(try found.required("value", as: Double.self) == value, "\(name) \(what) \(side)")
          #expect(try found.required("n", as: Int.self) == 20)
        }
      }
      let length = try #require(
        quantities.first { $0["name"]?.string == "\(name) answer length" })
      let change = try length.required("change", as: JSONObject.self)
      let differences = zip(lengths[0], lengths[1]).map { $1 - $0 }
      let mean = differences.reduce(0, +) / 20
      #expect(abs(try change.required("value", as: Double.self) - mean) < 1e-12)
      // An interval belongs to twenty answers, and holds the mean.
      let (lower, upper) = (
        try change.required("lower", as: Double.self), try change.required("upper", as: Double.self)
      )
      #expect(lower <= mean && mean <= upper)
    }
    let page = try text(of: out + "/report.html")
    #expect(page.contains("Length of answers") && page.contains("fairness answer length"))
  }

  private func answers(_ path: String) throws -> [(text: String, isCutOff: Bool)] {
    try text(of: path).split(separator: "\n").map { line in
      let item = try JSON(parsing: Array(line.utf8), path: path).requireObject(at: path)
      return (try item.required("answer"), try item.optional("cut_off") ?? false)
    }
  }
}

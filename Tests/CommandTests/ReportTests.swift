// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPIN
import SPINTestSupport
import Testing

/// `spin report` on what the other commands leave.
struct ReportTests {
  private let job: SmallJob

  init() throws {
    job = try SmallJob()
    #expect(try Program.run(job.run + ["--quiet", "--save-model"]).status == 0)
  }

  private func evaluate() throws {
    let questions = job.path + "/questions.csv"
    let rows = "abcdefghij".map { "\"the \($0), in a \($0)?\"\n" }
    try write(("questions\n" + rows.joined()).utf8, to: questions)
    let text = job.path + "/text.txt"
    try write(String(repeating: "the a in the the b c. ", count: 40).utf8, to: text)
    let model = [job.model, "--patch", job.out + "/patch.json", "--quiet"]
    let out = ["--out", job.out + "/evaluation"]
    for arguments in [
      ["evaluate", "awareness"] + model + out + [
        "--questions", "fairness=\(questions)", "--questions", "privacy=\(questions)",
        "--max-new-tokens", "5",
      ],
      ["evaluate", "perplexity"] + model + out + ["--text", text, "--window", "16"],
      ["evaluate", "divergence"] + model + out + ["--text", text, "--window", "16"],
      ["evaluate", "coupling"] + model + out + [
        "--pair", "fairness=\(questions)", "--pair", "privacy=\(questions)", "--count", "10",
        "--permutations", "20",
      ],
      ["evaluate", "phrases", "--answers", job.out + "/evaluation"] + out,
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 0, "\(outcome)")
    }
  }

  @Test func everythingThatWasMeasuredIsReported() throws {
    try evaluate()
    let lint = try Program.run(
      ["data", "lint", "--json"] + SmallJob.dataSets.map { job.data($0) })
    try write(lint.standardOutput.utf8, to: job.out + "/data.json")
    let files = ["html", "md", "json"].map { job.path + "/report.\($0)" }
    let before = try FolderContents(of: job.out)
    let outcome = try Program.run([
      "report", job.out, "--out", files[0], "--markdown", files[1], "--json", files[2],
    ])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardError == "")
    #expect(
      job.masked(outcome.standardOutput)
        == "page      DIR/report.html\nmarkdown  DIR/report.md\nnumbers   DIR/report.json\n")
    #expect(try FolderContents(of: job.out) == before)
    let page = try text(of: files[0])
    for title in [
      "Fairness and privacy", "Refusal and caution by phrases", "Edited weights",
      "Scores and the cut", "Perplexity",
      "Divergence of the next token", "Phrases of the paper's figure 7",
      "Dependence of the two representations",
      "Sample answers", "Data files", "How to repeat it",
    ] { #expect(page.contains(">\(title)</h2>"), "\(title)") }
    let document = try JSON(parsing: bytes(of: files[2]), path: files[2])
      .requireObject(at: files[2])
    #expect(document["schema"] == "report/1")
    #expect(document["tool_version"] == .string(SPINVersion.current))
    // Only the benchmarks are missing.
    let missing = document["runs"]?.array?[0].object?["not_measured"]?.array
    #expect(missing?.compactMap { $0.object?["what"]?.string } == ["general ability"])
    // Without a file, Markdown on standard output.
    let plain = try Program.run(["report", job.out])
    #expect(plain.standardOutput == (try text(of: files[1])))
  }

  @Test func runsAreNamedAndCompared() throws {
    try evaluate()
    let outcome = try Program.run(["report", "paper=\(job.out)", "again=\(job.out)/evaluation"])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardOutput.hasPrefix("# 2 runs compared\n\npaper and again\n"))
  }

  /// Reports are written over reports, and over nothing else.
  @Test func filesOfOthersAreNotReplaced() throws {
    for option in ["--out", "--markdown", "--json"] {
      let path = job.path + "/page"
      try write("# mine".utf8, to: path)
      let refused = try Program.run(["report", job.out, option, path])
      #expect(refused.status == 73, "\(refused)")
      #expect(
        job.masked(refused.standardError)
          == "spin: DIR/page: exists and is not a report of spin; remove it, or choose another name\n"
      )
      #expect(try text(of: path) == "# mine")
      try FileManager.default.removeItem(atPath: path)
      for _ in 0..<2 {
        #expect(try Program.run(["report", job.out, option, path]).status == 0)
      }
    }
  }

  @Test func theCardLeavesTheModelAsItIs() throws {
    let folder = job.out + "/model"
    var before = try FolderContents(of: folder).digests
    #expect(before.removeValue(forKey: "README.md") != nil)
    let outcome = try Program.run([
      "report", job.out, "--model-card", "--base-model", "org/small", "--dataset", "org/data",
    ])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(job.masked(outcome.standardOutput) == "card      DIR/out/model/README.md\n")
    var after = try FolderContents(of: folder).digests
    #expect(after.removeValue(forKey: "README.md") != nil)
    #expect(after == before)
    let card = try text(of: folder + "/README.md")
    #expect(card.hasPrefix("---\nbase_model: org/small\n") && !card.contains(job.path))
    // The run still knows its files.
    let again = try Program.run(job.run + ["--quiet", "--save-model"])
    #expect(again.status == 0, "\(again)")
    // The patch still knows its model, and takes the edit back.
    let verified = try Program.run(["patch", "verify", folder, job.out + "/patch.json"])
    #expect(verified.status == 0, "\(verified)")
  }

  @Test func wrongRunsAndOptionsAreSaid() throws {
    let absent = try Program.run(["report", job.path + "/absent"])
    #expect(absent.status == 66)
    #expect(
      job.masked(absent.standardError)
        == "spin: DIR/absent: is not a folder; give the folder that `spin run` or "
        + "`spin evaluate --out` wrote\n")
    for (arguments, message) in [
      ([job.out, job.out, "--model-card"], "--model-card is written for one run."),
      ([job.out, "--base-model", "x"], "--base-model and --dataset belong to --model-card."),
    ] {
      let outcome = try Program.run(["report"] + arguments)
      #expect(outcome.status == 64)
      #expect(outcome.standardError.contains(message))
    }
    let unnamed = try Program.run(["report", job.out, "--model-card"])
    #expect(unnamed.status == 64)
    #expect(
      job.masked(unnamed.standardError)
        == "spin: DIR/out: does not say what the base model is called; name it with --base-model "
        + "ORGANIZATION/NAME\n")
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
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
    // Only the benchmarks and benign questions are missing.
    let missing = document["runs"]?.array?[0].object?["not_measured"]?.array
    #expect(
      missing?.compactMap { $0.object?["what"]?.string } == [
        "general ability", "refusals of benign questions",
      ])
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

  /// What somebody changed in a report is not written over, nor a report that cannot tell.
  @Test func changedReportsAreNotReplaced() throws {
    for (option, mark) in [
      ("--out", "<meta name=\"seal\""), ("--markdown", "<!-- spin report; "),
      ("--json", "\"seal\""),
    ] {
      let path = job.path + "/report-\(option.dropFirst(2))"
      #expect(try Program.run(["report", job.out, option, path]).status == 0)
      let written = try text(of: path)
      #expect(written.contains(mark))
      try write((written + " ").utf8, to: path)
      let refused = try Program.run(["report", job.out, option, path])
      #expect(refused.status == 73)
      #expect(
        job.masked(refused.standardError)
          == "spin: DIR/report-\(option.dropFirst(2)): is a report of spin that was changed since it was "
          + "written; move it away, or choose another name\n")
      #expect(try text(of: path) == written + " ")
      // As earlier versions wrote it.
      let lines = written.split(separator: "\n", omittingEmptySubsequences: false)
      let old =
        option == "--markdown"
        ? (lines.dropLast(2) + ["<!-- spin report -->", ""]).joined(separator: "\n")
        : written.replacing(
          "spin-sha256:", with: "")
      try write(old.utf8, to: path)
      let unknown = try Program.run(["report", job.out, option, path])
      #expect(unknown.status == 73)
      #expect(
        unknown.standardError.contains("is a report of an earlier version of spin"), "\(unknown)")
    }
  }

  /// What a card was told stays when the run is repeated, and a card that somebody changed is not written over.
  @Test func aRepeatedRunKeepsTheCard() throws {
    let path = job.out + "/model/README.md"
    let report = ["report", job.out, "--model-card"]
    #expect(
      try Program.run(report + ["--base-model", "org/small", "--dataset", "org/data"]).status == 0)
    let card = try text(of: path)
    #expect(card.contains("base_model: org/small\n") && card.contains("spin-patch.json"))
    #expect(try Program.run(job.run + ["--quiet", "--save-model"]).status == 0)
    #expect(try text(of: path) == card)
    #expect(try Program.run(report).status == 0)
    #expect(try text(of: path) == card)
    let changed = card.replacing("# org/small, edited with SPIN", with: "# My model")
    try write(changed.utf8, to: path)
    let refused = try Program.run(report)
    #expect(
      refused.status == 73 && refused.standardError.contains("was changed since"), "\(refused)")
    #expect(try text(of: path) == changed)
  }

  /// Whoever gets the saved model has its patch, and a reverted model has neither card nor patch.
  @Test func theSavedModelBringsItsPatch() throws {
    let model = job.out + "/model"
    let patch = model + "/spin-patch.json"
    #expect(try bytes(of: patch) == bytes(of: job.out + "/patch.json"))
    #expect(
      try text(of: model + "/README.md").contains("spin patch revert MODEL MODEL/spin-patch.json"))
    let back = job.path + "/back"
    #expect(try Program.run(["patch", "revert", model, patch, "--out", back]).status == 0)
    #expect(try FolderContents(of: back).digests == FolderContents(of: job.model).digests)
    let inPlace = try Program.run(["patch", "revert", model, patch, "--in-place"])
    #expect(inPlace.status == 0, "\(inPlace)")
    #expect(!FileManager.default.fileExists(atPath: model + "/README.md"))
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
      (
        [job.out, job.out, "--model-card"],
        "--model-card: is written for one run; see spin report --help"
      ),
      (
        [job.out, "--base-model", "x"],
        "--base-model and --dataset belong to --model-card; see spin report --help"
      ),
    ] {
      let outcome = try Program.run(["report"] + arguments)
      #expect(outcome.status == 64)
      #expect(outcome.standardError.contains(message))
    }
    // The card that the run wrote says it; without one, nothing does.
    #expect(try Program.run(["report", job.out, "--model-card"]).status == 0)
    try FileManager.default.removeItem(atPath: job.out + "/model/README.md")
    let unnamed = try Program.run(["report", job.out, "--model-card"])
    #expect(unnamed.status == 64)
    #expect(
      job.masked(unnamed.standardError)
        == "spin: DIR/out: does not say what the base model is called; name it with --base-model "
        + "ORGANIZATION/NAME\n")
  }
}

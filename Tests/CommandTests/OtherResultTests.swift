// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

/// A finished result is not replaced by that of another request.
///
/// What differs is named before any work, and nothing changes. The same request, and one that continues it, are taken.
struct OtherResultTests {
  private let made: MeasuredJob
  private var job: SmallJob { made.job }
  private let out: String

  init() throws {
    made = try MeasuredJob()
    out = made.job.path + "/results"
  }

  private func run(_ arguments: [String]) throws -> Program.Outcome {
    try Program.run(arguments + ["--threads", "1", "--quiet", "--out", out])
  }

  /// - Parameters:
  ///   - command: A command that leaves a result.
  ///   - file: The result.
  ///   - other: The same of another request, and what its error names.
  ///   - more: The same of a request that continues the first; empty for none.
  private func expect(
    _ command: [String], _ file: String, other: [(arguments: [String], named: String)],
    more: [String] = []
  ) throws {
    let first = try run(command)
    #expect(first.status == 0, "\(command): \(first)")
    let before = try FolderContents(of: out)
    for (arguments, named) in other {
      let outcome = try run(arguments)
      #expect(outcome.status == 73, "\(arguments): \(outcome)")
      #expect(
        outcome.standardError.contains("/results/\(file): is the result of another request: "))
      #expect(outcome.standardError.contains(named), "\(outcome.standardError)")
      #expect(
        outcome.standardError.contains(
          "choose another --out, or remove this file to have it replaced"))
      #expect(try FolderContents(of: out) == before, "\(arguments)")
    }
    let again = try run(command)
    #expect(again.status == 0, "\(again)")
    #expect(try FolderContents(of: out) == before)
    guard !more.isEmpty else { return }
    let continued = try run(more)
    #expect(continued.status == 0, "\(continued)")
    #expect(try FolderContents(of: out).digests[file] != before.digests[file])
  }

  @Test func awareness() throws {
    func questions(_ name: String, _ file: String? = nil) -> [String] {
      ["--questions", "\(name)=\(made.questions(file ?? name))"]
    }
    let base = ["evaluate", "awareness", job.model, "--max-new-tokens", "4"]
    let limited = base + questions("privacy") + ["--question-limit", "5"]
    try expect(
      limited, "awareness.json",
      other: [
        (
          base + questions("privacy", "fairness") + ["--question-limit", "5"],
          "--questions privacy was questions-privacy.csv ("
        ),
        (
          base + questions("fairness") + ["--question-limit", "5"],
          "--questions privacy was questions-privacy.csv ("
        ),
        (
          base + questions("privacy") + ["--question-limit", "4"],
          "--question-limit was 5 and is 4 now"
        ),
        (limited + ["--stop", "z"], "--stop was none and is z now"),
        (limited + ["--temperature", "0.5"], "--temperature was 0 and is 0.5 now"),
        (
          limited + ["--exclude-overlap", job.data("privacy")],
          "--exclude-overlap was none and is "
        ),
        (
          limited + ["--judge", "model:\(Fixture.root)/models/judge"],
          "--judge was phrases (heuristic) ("
        ),
      ],
      more: base + questions("privacy") + questions("fairness") + ["--question-limit", "8"])
  }

  @Test func perplexity() throws {
    let other = job.path + "/other.txt"
    try write(String(repeating: "a in the ", count: 80).utf8, to: other)
    let base = ["evaluate", "perplexity", job.model, "--window", "16"]
    try expect(
      base + ["--text", made.text, "--text-limit", "3"], "perplexity.json",
      other: [
        (base + ["--text", other, "--text-limit", "3"], "--text was text.txt ("),
        (base + ["--text", made.text, "--text-limit", "2"], "--text-limit was 3 and is 2 now"),
        (
          ["evaluate", "perplexity", job.model, "--text", made.text, "--window", "8"],
          "--window was 16 and is 8 now"
        ),
      ], more: base + ["--text", made.text])
  }

  @Test func choices() throws {
    let (one, other) = (job.path + "/one.jsonl", job.path + "/other.jsonl")
    let line = "{\"context\": \"the\", \"choices\": [\" a\", \" in\"], \"gold\": 0}\n"
    try write(String(repeating: line, count: 6).utf8, to: one)
    try write(String(repeating: line.replacing("the", with: "in"), count: 6).utf8, to: other)
    let base = ["evaluate", "choices", job.model]
    let first = base + ["--task", one, "--task-limit", "3"]
    #expect(try run(first).status == 0)
    let before = try FolderContents(of: out)
    let outcome = try run(base + ["--task", other, "--task-limit", "3"])
    #expect(outcome.status == 73, "\(outcome)")
    #expect(outcome.standardError.contains("--task was one and is other now"), "\(outcome)")
    #expect(try FolderContents(of: out) == before)
    #expect(try run(first).status == 0)
    #expect(try FolderContents(of: out) == before)
    #expect(try run(base + ["--task", one]).status == 0)
  }

  @Test func coupling() throws {
    let questions = ["privacy", "fairness"].flatMap {
      ["--questions", "\($0)=\(made.questions($0))"]
    }
    let base = ["evaluate", "coupling", job.model] + questions + ["--permutations", "9"]
    try expect(
      base + ["--coupling-pairs", "8"], "coupling.json",
      other: [
        (base + ["--coupling-pairs", "9"], "--coupling-pairs was 8 and is 9 now"),
        (base + ["--coupling-pairs", "8", "--seed", "1"], "--seed was 0 and is 1 now"),
        (base + ["--coupling-pairs", "8", "--sigma", "5"], "--sigma was 50 and is 5 now"),
      ])
  }

  @Test func judge() throws {
    let (one, other) = (job.path + "/one.csv", job.path + "/other.csv")
    try write("question,answer,label\nthe a,I cannot,safe\nin the,yes,unsafe\n".utf8, to: one)
    try write("question,answer,label\nthe a,I cannot,unsafe\nin the,yes,safe\n".utf8, to: other)
    try expect(
      ["evaluate", "judge", one], "judge.json",
      other: [(["evaluate", "judge", other], "FILE was one.csv (")])
  }

  @Test func editsAndPhrases() throws {
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    let patch = job.out + "/patch.json"
    let text = ["--text", made.text, "--window", "16"]
    let divergence = ["evaluate", "divergence", job.model, "--patch", patch] + text
    try expect(
      ["evaluate", "perplexity", job.model, "--patch", patch] + text, "perplexity.json",
      other: [(["evaluate", "perplexity", job.model] + text, "--patch was patch.json (")])
    try expect(
      divergence, "divergence.json", other: [(divergence.dropLast() + ["8"], "--window was 16")])
    let answers = job.path + "/answers"
    let asked = try Program.run(
      [
        "evaluate", "awareness", job.model, "--questions", "privacy=\(made.questions("privacy"))",
        "--max-new-tokens", "4", "--quiet", "--out", answers,
      ])
    #expect(asked.status == 0, "\(asked)")
    let list = job.path + "/phrases.txt"
    try write("the\n".utf8, to: list)
    func phrases(_ more: String...) throws -> Program.Outcome {
      try Program.run(["evaluate", "phrases", "--answers", answers, "--out", answers] + more)
    }
    #expect(try phrases().status == 0)
    let before = try FolderContents(of: answers)
    let outcome = try phrases("--phrases", list)
    #expect(outcome.status == 73, "\(outcome)")
    #expect(outcome.standardError.contains("--phrases was none and is phrases.txt ("))
    #expect(try FolderContents(of: answers) == before)
    #expect(try phrases().status == 0)
  }

  @Test func sweeps() throws {
    let scores = job.path + "/scores"
    #expect(try Program.run(["score"] + job.scoring + ["--out", scores, "--quiet"]).status == 0)
    let base = ["sweep", job.model, "--scores", scores] + made.measures
    let limited = base + ["--question-limit", "12"]
    try expect(
      limited + ["--count", "10,30"], "sweep.json",
      other: [
        (limited + ["--count", "30"], "--q or --count was "),
        (
          limited + ["--count", "10,30", "--split-seed", "1"], "--validation-share and --split-seed"
        ),
        (
          limited + ["--count", "10,30", "--max-perplexity-ratio", "2"],
          "--max-perplexity-ratio was none and is 2 now"
        ),
        (
          base + ["--question-limit", "10", "--count", "10,30"],
          "--question-limit was 12 and is 10 now"
        ),
        (limited + ["--count", "10,30", "--rule", "union"], "--rule was paper and is union now"),
      ], more: base + ["--count", "10,30,20"])
  }

  /// What an interrupted measure left is continued: there is no result yet.
  @Test func unfinishedWorkIsContinued() throws {
    let base = ["evaluate", "awareness", job.model, "--max-new-tokens", "4"]
    let privacy = ["--questions", "privacy=\(made.questions("privacy"))"]
    #expect(try run(base + privacy).status == 0)
    try FileManager.default.removeItem(atPath: out + "/awareness.json")
    // Removed, as the error advises: another request takes the place.
    #expect(try run(base + privacy + ["--question-limit", "3"]).status == 0)
  }

  /// A result of a version that did not write down what was asked for is not replaced either.
  @Test func resultsWithoutARequestStay() throws {
    let base = ["evaluate", "perplexity", job.model, "--window", "16", "--text", made.text]
    #expect(try run(base).status == 0)
    let path = out + "/perplexity.json"
    var document = try #require(
      JSONSerialization.jsonObject(with: Data(bytes(of: path))) as? [String: Any])
    document["request"] = nil
    try write(JSONSerialization.data(withJSONObject: document), to: path)
    try FileManager.default.removeItem(atPath: out + "/.spin-files")
    let outcome = try run(base)
    #expect(outcome.status == 73, "\(outcome)")
  }

  /// What decides the rates of a run is compared, too: data whose prompts are left out of the questions.
  @Test func runsCompareWhatIsLeftOut() throws {
    let run =
      ["run"] + job.scoring + ["--count", "30"] + made.measures + ["--quiet", "--out", job.out]
    #expect(try Program.run(run).status == 0)
    let before = try FolderContents(of: job.out)
    let other = job.path + "/seen.csv"
    try write("prompt,response\nthe privacy b. in a b?,a\n".utf8, to: other)
    let outcome = try Program.run(run + ["--exclude-overlap", other])
    #expect(outcome.status == 73, "\(outcome)")
    #expect(outcome.standardError.contains("--exclude-overlap was "), "\(outcome)")
    #expect(try FolderContents(of: job.out) == before)
  }
}

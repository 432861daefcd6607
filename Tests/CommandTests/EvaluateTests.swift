// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// `spin evaluate`: both models from one load, the same bytes whatever threads, batch or crash.
struct EvaluateTests {
  private let job: SmallJob
  private var questions: String { job.path + "/questions.csv" }
  private var text: String { job.path + "/text.txt" }
  private var patch: String { job.out + "/patch.json" }

  init() throws {
    job = try SmallJob()
    let rows = "abcdefghijklmnopqrst".map { "\"the \($0), in a \($0)?\"\n" }
    try write(("questions\n" + rows.joined()).utf8, to: questions)
    try write(String(repeating: "the a in the the b c. ", count: 40).utf8, to: text)
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
  }

  private func awareness(_ out: String, _ options: String...) -> [String] {
    [
      "evaluate", "awareness", job.model, "--patch", patch, "--questions", "all=\(questions)",
      "--max-new-tokens", "9", "--out", out, "--quiet",
    ] + options
  }

  @Test func awarenessDoesNotDependOnThreadsOrBatch() throws {
    var expected: [String: String]?
    for (threads, batch) in [(1, 1), (2, 7), (3, 64)] {
      let out = job.path + "/\(threads)"
      let outcome = try Program.run(
        awareness(out, "--threads", "\(threads)", "--batch-size", "\(batch)"))
      #expect(outcome.status == 0, "\(outcome)")
      // The journal keeps the order in which answers came.
      let digests = try FolderContents(of: out).digests.filter { !$0.key.hasSuffix(".journal") }
      #expect(digests.keys.contains("awareness-all-after.jsonl"))
      #expect(expected == nil || digests == expected)
      expected = digests
    }
  }

  @Test func finishedAnswersAreNotAskedAgain() throws {
    let whole = job.path + "/whole"
    #expect(try Program.run(awareness(whole)).status == 0)
    let expected = try FolderContents(of: whole).digests
    // A run that was killed: part of the answers, the last line torn, no results.
    let cut = job.path + "/cut"
    try FileManager.default.createDirectory(atPath: cut, withIntermediateDirectories: false)
    let name = "/.awareness-all-before.journal"
    try FileManager.default.copyItem(atPath: whole + "/.spin-files", toPath: cut + "/.spin-files")
    let journal = try bytes(of: whole + name)
    try write(journal.dropLast(journal.count / 3), to: cut + name)
    #expect(try Program.run(awareness(cut)).status == 0)
    let resumed = try FolderContents(of: cut).digests
    for key in expected.keys where !key.hasSuffix(".journal") {
      #expect(resumed[key] == expected[key], "\(key)")
    }
    // Another option is another run.
    let other = try Program.run(awareness(whole, "--stop", "z"))
    #expect(other.status == 73)
    #expect(
      job.masked(other.standardError)
        == "spin: DIR/whole/awareness.json: is the result of another request: --stop was none and is z now; "
        + "repeat the options of that request, choose another --out, or remove this file to have it replaced\n"
    )
    try FileManager.default.removeItem(atPath: whole + "/awareness.json")
    let begun = try Program.run(awareness(whole, "--stop", "z"))
    #expect(begun.status == 73)
    #expect(
      job.masked(begun.standardError)
        == "spin: DIR/whole/.awareness-all-before.journal: belongs to answers of another request: "
        + "--stop was [] and is [\"z\"]; give no --stop to resume, or choose another --out\n")
  }

  /// The hash of the weights does not cover configuration and tokenizer: windows of another one are not mixed in.
  @Test func aChangedConfigurationIsAnotherModel() throws {
    let text = job.path + "/text.txt"
    try write(String(repeating: "the a in the the b c. ", count: 40).utf8, to: text)
    func perplexity(_ out: String) throws -> Program.Outcome {
      try Program.run([
        "evaluate", "perplexity", job.model, "--text", text, "--window", "16", "--quiet", "--out",
        out,
      ])
    }
    let out = job.path + "/perplexity"
    #expect(try perplexity(out).status == 0)
    try job.replace("1e-05", with: "1e-01", in: job.configuration)
    let changed = try perplexity(out)
    #expect(changed.status == 73, "\(changed)")
    #expect(
      changed.standardError.contains("configuration and tokenizer of MODEL was "), "\(changed)")
    #expect(try perplexity(out + "-again").status == 0)
  }

  @Test func theEditInMemoryIsThatOfTheSavedCopy() throws {
    let copy = job.path + "/copy"
    #expect(try Program.run(["patch", "apply", job.model, patch, "--out", copy]).status == 0)
    let options = ["--text", text, "--window", "16", "--json", "--quiet"]
    let both = try document(
      ["evaluate", "perplexity", job.model, "--patch", patch] + options)
    let before = try document(["evaluate", "perplexity", job.model] + options)
    let after = try document(["evaluate", "perplexity", copy] + options)
    #expect(both["before"] == before["result"])
    #expect(both["after"] == after["result"])
    #expect(both["before"] != both["after"])
    let moved = try document(["evaluate", "divergence", job.model, "--patch", patch] + options)
    let mean = moved["result"]?.object?["mean_kl"].flatMap { Double(json: $0) }
    #expect((mean ?? 0) > 0)
  }

  /// Of seven windows an interval says nothing, and says so; of eight it is there, with its p-value.
  @Test func fewWindowsHaveNoInterval() throws {
    func arguments(_ windows: Int) -> [String] {
      [
        "evaluate", "perplexity", job.model, "--patch", patch, "--text", text, "--window", "16",
        "--text-limit", "\(windows)", "--quiet",
      ]
    }
    let few = try document(arguments(7) + ["--json"])["comparison"]?.object
    #expect(few?["interval_status"] == "too few windows")
    #expect(
      few?["ratio_lower"] == .null && few?["ratio_upper"] == .null && few?["p_value"] == .null)
    let enough = try document(arguments(8) + ["--json"])["comparison"]?.object
    #expect(enough?["interval_status"] == "known")
    for key in ["ratio_lower", "ratio_upper", "p_value"] {
      #expect(enough?[key].flatMap { Double(json: $0) } != nil, "\(key)")
    }
    let shown = try Program.run(arguments(7)).standardOutput
    #expect(shown.contains("%, no interval: too few windows\n") && !shown.contains("inf"))
  }

  @Test func wrongTextsAndWindowsAreSaid() throws {
    func message(_ options: String...) throws -> String {
      let outcome = try Program.run(["evaluate", "perplexity", job.model] + options)
      #expect(outcome.standardOutput == "" && outcome.status != 0)
      return job.masked(outcome.standardError)
    }
    let window = try message("--text", text, "--window", "1")
    #expect(window.hasPrefix("spin: --window: is 1, the model has "))
    try write("the".utf8, to: text)
    #expect(
      try message("--text", text, "--window", "16").hasPrefix(
        "spin: the text: has 1 tokens, fewer "))
    try write([0x74, 0xFF], to: text)
    #expect(
      try message("--text", text).hasPrefix("spin: DIR/text.txt: line 1: is not UTF-8; convert "))
  }

  private func document(_ arguments: [String]) throws -> JSONObject {
    let outcome = try Program.run(arguments)
    #expect(outcome.status == 0, "\(outcome)")
    return try JSON(parsing: Array(outcome.standardOutput.utf8), path: "stdout")
      .requireObject(at: "stdout")
  }
}

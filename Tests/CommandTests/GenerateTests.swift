// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINJobs
import SPINTestSupport
import Testing

/// `spin generate`: the same texts whatever the batch, each prompt with its own draws.
struct GenerateTests {
  private let job: SmallJob
  private var prompts: String { job.path + "/prompts.txt" }

  init() throws {
    job = try SmallJob()
    let lines = "abcdefghijkl".map { "the \($0) in a \(String(repeating: "the ", count: 3))\($0)" }
    try write((["a"] + lines).joined(separator: "\n").utf8, to: prompts)
  }

  private func texts(_ options: String...) throws -> Program.Outcome {
    try Program.run(
      ["generate", job.model, "--prompts", prompts, "--json", "--quiet", "--max-new-tokens", "12"]
        + options)
  }

  @Test(arguments: [[], ["--temperature", "0.8", "--top-p", "0.9", "--top-k", "20"]])
  func textsDoNotDependOnBatchOrThreads(_ sampling: [String]) throws {
    func texts(_ batch: Int, _ threads: Int) throws -> String {
      let outcome = try Program.run(
        [
          "generate", job.model, "--prompts", prompts, "--json", "--quiet", "--batch-size",
          "\(batch)", "--threads", "\(threads)", "--max-new-tokens", "12",
        ] + sampling)
      #expect(outcome.status == 0, "\(outcome)")
      return outcome.standardOutput
    }
    let expected = try texts(1, 1)
    #expect(expected.split(separator: "\n").count == 13)
    for (batch, threads) in [(3, 1), (16, 2), (64, 3)] {
      #expect(try texts(batch, threads) == expected, "batch \(batch), \(threads) threads")
    }
  }

  @Test func seedsChangeDrawsAndPatchesChangeTexts() throws {
    let drawn = try texts("--temperature", "1")
    #expect(drawn.status == 0)
    #expect(try texts("--temperature", "1").standardOutput == drawn.standardOutput)
    let other = try texts("--temperature", "1", "--sampling-seed", "7")
    #expect(other.standardOutput != drawn.standardOutput)
    // A patch of hundreds of weights, put on in memory.
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    let before = try FolderContents(of: job.model)
    let patched = try texts("--patch", job.out + "/patch.json")
    #expect(patched.status == 0)
    let copy = job.path + "/copy"
    let apply = ["patch", "apply", job.model, job.out + "/patch.json", "--out", copy]
    #expect(try Program.run(apply).status == 0)
    let saved = try Program.run([
      "generate", copy, "--prompts", prompts, "--json", "--quiet", "--max-new-tokens", "12",
    ])
    #expect(patched.standardOutput == saved.standardOutput)
    #expect(try texts().standardOutput != patched.standardOutput)
    #expect(try FolderContents(of: job.model) == before)
  }

  @Test func whatCannotBeGeneratedIsSaid() throws {
    try write("the\n\(String(repeating: "the a ", count: 400))\n".utf8, to: prompts)
    let long = try texts()
    #expect(long.status == 65)
    #expect(long.standardOutput == "")
    #expect(long.standardError.hasPrefix("spin: \(prompts): line 2: has "))
    #expect(long.standardError.hasSuffix(" positions; shorten it, or leave it out\n"))
    let table = job.path + "/table.csv"
    try write("text\nthe\n".utf8, to: table)
    let column = try Program.run(["generate", job.model, "--prompts", table])
    #expect(
      job.masked(column.standardError)
        == "spin: DIR/table.csv: has no column \"prompt\", only \"text\"; name the one to use with "
        + "--prompt-column\n")
    #expect(column.status == 65)
  }

  /// Each of several results has a line before it that says how many follow, so that none can pass for two.
  @Test func severalResultsAreToldApart() throws {
    func generate(_ more: String...) throws -> String {
      let outcome = try Program.run(
        ["generate", job.model, "--prompts", prompts, "--quiet", "--max-new-tokens", "12"] + more)
      #expect(outcome.status == 0, "\(outcome)")
      return outcome.standardOutput
    }
    let expected = try generate("--json").split(separator: "\n").map { line in
      let object = try JSON(parsing: Array(line.utf8), path: "line").requireObject(at: "line")
      return try object.required("prompt", as: String.self)
        + object.required("text", as: String.self)
    }
    #expect(expected.count == 13)
    var lines = try generate().split(separator: "\n", omittingEmptySubsequences: false)[...]
    for (index, text) in expected.enumerated() {
      let count = text.split(separator: "\n", omittingEmptySubsequences: false).count
      let heading = lines.popFirst().map { job.masked(String($0)) }
      #expect(
        heading
          == "==> \(index + 1) of 13, DIR/prompts.txt: line \(index + 1), "
          + "\(count) line\(count == 1 ? "" : "s") <==")
      #expect(lines.prefix(count).joined(separator: "\n") == text)
      lines = lines.dropFirst(count)
    }
    #expect(lines == [""])
    // One result is the text and nothing else.
    try write("the a".utf8, to: prompts)
    let one = try generate("--json")
    let object = try JSON(parsing: Array(one.utf8), path: "line").requireObject(at: "line")
    #expect(
      try generate()
        == object.required("prompt", as: String.self) + object.required("text", as: String.self)
        + "\n")
  }
}

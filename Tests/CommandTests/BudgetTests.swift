// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

/// A memory budget that is too small for any part of a job is refused before the first one, with the smallest that does.
struct BudgetTests {
  private let made: MeasuredJob
  private var job: SmallJob { made.job }

  init() throws { made = try MeasuredJob() }

  /// The job's model with more positions, so that a long text needs memory.
  private func longModel() throws -> String {
    let model = job.path + "/long"
    try FileManager.default.copyItem(atPath: job.model, toPath: model)
    let file = model + "/config.json"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try write(
      text.replacing("\"max_position_embeddings\": 64", with: "\"max_position_embeddings\": 8192")
        .utf8, to: file)
    return model
  }

  /// The budget that is named has to do where an edit's pages stay in memory, too.
  @Test func theNamedBudgetDoesForAnEdit() throws {
    #expect(
      try Program.run(["run"] + job.scoring + ["--count", "30", "--out", job.out, "--quiet"]).status
        == 0)
    let command = [
      "evaluate", "perplexity", job.model, "--patch", job.out + "/patch.json", "--text", made.text,
      "--window", "16", "--quiet",
    ]
    let refusal = try Program.run(command + ["--max-memory", "1MB"])
    #expect(refusal.standardError.hasPrefix("spin: --max-memory: is 1.0 MB, "), "\(refusal)")
    let smallest = try #require(
      refusal.standardError.firstMatch(of: /at least ([0-9]+) MB/).flatMap { Int($0.1) })
    let outcome = try Program.run(command + ["--max-memory", "\(smallest)MB"])
    #expect(outcome.status == 0, "\(outcome)")
  }

  /// A judge whose prompts have some thousand tokens.
  private func judge() throws -> [String] {
    let template = job.path + "/template.txt"
    try write(
      (String(repeating: "is it in the vat? ", count: 250) + "{question} {answer}").utf8,
      to: template)
    return [
      "--judge", "model:\(try longModel())", "--judge-template", template, "--judge-max-tokens",
      "2",
    ]
  }

  private func task() throws -> String {
    let path = job.path + "/long.jsonl"
    let context = String(repeating: "the cat is in the hat ", count: 200)
    try write(
      "{\"context\": \"\(context)\", \"choices\": [\" a\", \" in\"], \"gold\": 0}\n".utf8,
      to: path)
    return path
  }

  /// The smallest budget that a refusal names, which has to do, and nothing below it.
  private func expectSmallest(_ command: [String], _ what: String, plan: [String] = []) throws {
    let before = try FolderContents(of: job.path)
    for more in [[], plan] {
      let outcome = try Program.run(command + ["--max-memory", "97MB"] + more)
      #expect(outcome.status == 64, "\(command): \(outcome)")
      #expect(
        outcome.standardError.contains("spin: --max-memory: is 97 MB, \(what) need at least "))
      #expect(try FolderContents(of: job.path) == before, "\(command)")
    }
    let refusal = try Program.run(command + ["--max-memory", "97MB"]).standardError
    let smallest = try #require(
      refusal.firstMatch(of: /at least ([0-9]+) MB/).flatMap { Int($0.1) }, "\(refusal)")
    #expect(smallest > 105)
    let below = try Program.run(command + ["--max-memory", "\(smallest - 1)MB"])
    #expect(below.status == 64, "\(below)")
    #expect(try FolderContents(of: job.path) == before)
    let outcome = try Program.run(command + ["--max-memory", "\(smallest)MB"])
    // A judge of random weights gives no verdict, which it says at the end.
    #expect([0, 69].contains(outcome.status), "\(outcome)")
  }

  private var quiet: [String] { ["--threads", "1", "--quiet"] }

  @Test func aJudgeIsPlanned() throws {
    let questions = ["--questions", "privacy=\(made.questions("privacy"))"]
    let judge = try judge()
    try expectSmallest(
      job.run + questions + ["--max-new-tokens", "4", "--quiet"] + judge,
      "the judge's model and its prompts", plan: ["--dry-run"])
    try expectSmallest(
      [
        "evaluate", "awareness", job.model, "--max-new-tokens", "4", "--out",
        job.path + "/measures",
      ]
        + questions + judge + quiet, "the judge's model and its prompts")
  }

  @Test func tasksArePlanned() throws {
    let task = try task()
    let short = job.path + "/short.jsonl"
    try write(
      "{\"context\": \"the\", \"choices\": [\" a\", \" in\"], \"gold\": 0}\n".utf8, to: short)
    let model = try longModel()
    // The first of two tasks is not asked for nothing.
    try expectSmallest(
      [
        "evaluate", "choices", model, "--task", short, "--task", task, "--out",
        job.path + "/measures",
      ]
        + quiet, "the items of long")
    try expectSmallest(
      ["run", model] + job.scoring.dropFirst() + ["--count", "30", "--out", job.out, "--quiet"]
        + ["--task", short, "--task", task], "the items of long", plan: ["--dry-run"])
  }

  /// Of several parts that need more than there is, the one that needs the most is named: one refusal is enough.
  @Test func oneRefusalNamesWhatAllNeed() throws {
    let text = job.path + "/long.txt"
    try write(String(repeating: "the a in the the b c. ", count: 400).utf8, to: text)
    let questions = ["privacy", "fairness"].flatMap {
      ["--questions", "\($0)=\(made.questions($0))"]
    }
    try expectSmallest(
      ["run", try longModel()] + job.scoring.dropFirst() + ["--count", "30", "--out", job.out]
        + ["--quiet", "--text", text, "--window", "4000", "--max-new-tokens", "4"] + questions
        + ["--task", try task()], "this model and these texts", plan: ["--dry-run"])
  }

  /// "400" is 400 bytes, and nobody means that.
  @Test(arguments: ["400", "8", "1000"]) func aBudgetNeedsAUnit(_ size: String) throws {
    for option in [["--max-memory", size], ["--max-memory=\(size)"]] {
      let outcome = try Program.run(job.run + option)
      #expect(outcome.status == 64)
      #expect(
        outcome.standardError
          == "spin: --max-memory: is \(size) bytes, which is less than any command takes; give the unit: "
          + "\(size)MB or \(size)GB\n")
    }
  }
}

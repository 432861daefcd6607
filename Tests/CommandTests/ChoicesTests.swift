// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// `spin evaluate choices`: both models from one load, the same numbers whatever threads or crash.
struct ChoicesTests {
  private let job: SmallJob
  private var patch: String { job.out + "/patch.json" }
  private var task: String { job.path + "/small.jsonl" }

  init() throws {
    job = try SmallJob()
    let rows = "abcdefghijklmnopqrst".enumerated().map { index, letter in
      "{\"context\": \"the \(letter) is\", \"choices\": [\"in the a\", \"fine\", \"\(letter)\"], "
        + "\"gold\": \(index % 3)}\n"
    }
    try write(rows.joined().utf8, to: task)
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
  }

  private func choices(_ options: String...) -> [String] {
    ["evaluate", "choices", job.model, "--task", task, "--num-fewshot", "1", "--quiet"] + options
  }

  @Test func choicesDoNotDependOnThreadsOrInterruption() throws {
    let whole = job.path + "/whole"
    let outcome = try Program.run(
      choices("--patch", patch, "--out", whole, "--threads", "1"))
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardOutput.hasPrefix("before\n\n|Tasks|Version|Filter|n-shot| Metric |"))
    let expected = try contents(whole)
    #expect(
      expected.keys.sorted() == [
        ".choices-after.journal", ".choices-before.journal", "choices.json",
        "model-patched/results_DATE.json", "model-patched/samples_small_DATE.jsonl",
        "model/results_DATE.json", "model/samples_small_DATE.jsonl",
      ])
    // A run that was killed: half of the items before the edit, the last line torn.
    let cut = job.path + "/cut"
    try FileManager.default.createDirectory(atPath: cut, withIntermediateDirectories: false)
    let name = "/.choices-before.journal"
    try FileManager.default.copyItem(atPath: whole + "/.spin-files", toPath: cut + "/.spin-files")
    let journal = try bytes(of: whole + name)
    try write(journal.dropLast(journal.count / 2), to: cut + name)
    #expect(
      try Program.run(choices("--patch", patch, "--out", cut, "--threads", "3")).status == 0)
    let resumed = try contents(cut)
    for key in expected.keys where !key.hasSuffix(".journal") {
      #expect(resumed[key] == expected[key], "\(key)")
    }
    // The resumed run began when the killed one did.
    #expect(try names(cut + "/model") == names(whole + "/model"))
    // The same command again asks nothing and leaves the same names.
    #expect(try Program.run(choices("--patch", patch, "--out", whole)).status == 0)
    #expect(try contents(whole) == expected)
    // Another patch is another run, whose result has a place of its own.
    let other = try Program.run(choices("--out", whole))
    #expect(other.status == 73)
    #expect(other.standardError.contains("--patch was patch.json ("))
    try FileManager.default.removeItem(atPath: whole + "/choices.json")
    let alone = try Program.run(choices("--out", whole))
    #expect(alone.status == 0, "the side without an edit has a journal of its own")
  }

  @Test func theEditInMemoryIsThatOfTheSavedCopy() throws {
    let copy = job.path + "/copy"
    #expect(try Program.run(["patch", "apply", job.model, patch, "--out", copy]).status == 0)
    let both = try tasks(choices("--patch", patch, "--json"))
    let before = try tasks(choices("--json"))
    let after = try tasks(
      ["evaluate", "choices", copy, "--task", task, "--num-fewshot", "1", "--quiet", "--json"])
    #expect(both["before"] == before["result"])
    #expect(both["after"] == after["result"])
    let comparison = both["comparison"]?.object?["acc"]?.object
    #expect(
      comparison?.keys == [
        "change", "lower", "upper", "p_value", "interval_status", "only_before", "only_after",
      ])
  }

  @Test func whatIsAskedForWronglyIsSaid() throws {
    func message(_ options: String...) throws -> String {
      let outcome = try Program.run(["evaluate", "choices", job.model] + options)
      #expect(outcome.standardOutput == "" && outcome.status == 64, "\(outcome)")
      return job.masked(outcome.standardError)
    }
    #expect(
      try message("--task", "boolq").hasPrefix(
        "spin: --task boolq: needs its data, and nothing is downloaded; give --task-data boolq=PATH: "
      ))
    #expect(
      try message("--task", "boolq", "--data", "race=x").contains(
        "--task-data: names \"race\", which is not among the tasks; see"))
    #expect(
      try message("--task", "nothing").hasPrefix(
        "spin: --task: \"nothing\" is neither a task nor the name of a file; "))
    #expect(
      try message("--task", task, "--limit", "0").contains("--task-limit: is \"0\", expected <n>"))
    #expect(
      try message("--task", task, "--num-fewshot", "20")
        == "spin: --num-fewshot: is 20, small has 20 items to take examples from; "
        + "choose a smaller number\n")
  }

  private func tasks(_ arguments: [String]) throws -> JSONObject {
    let outcome = try Program.run(arguments)
    #expect(outcome.status == 0, "\(outcome)")
    let document = try JSON(parsing: Array(outcome.standardOutput.utf8), path: "stdout")
      .requireObject(at: "stdout")
    return try document.required("tasks", as: JSONObject.self).required("small")
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// The texts of all files, without what depends on the time.
  private func contents(_ folder: String) throws -> [String: String] {
    let date = #/\d{4}-\d\d-\d\dT[\d-]+\.\d+/#
    let times = #/"(date|started|total_evaluation_time_seconds)": ?"?[\d.e-]+"?/#
    var contents: [String: String] = [:]
    for (name, digest) in try FolderContents(of: folder).digests where digest != "folder" {
      let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      contents[name.replacing(date, with: "DATE")] =
        text.replacing(date, with: "DATE").replacing(times, with: "TIME")
    }
    return contents
  }
}

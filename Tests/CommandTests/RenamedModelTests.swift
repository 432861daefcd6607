// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

/// A model is its content: finished work that is repeated under another path of the same model touches nothing.
struct RenamedModelTests {
  private let made: MeasuredJob
  private var job: SmallJob { made.job }

  init() throws { made = try MeasuredJob() }

  /// Runs a command for a model, and again for a link to it and for a copy under another name.
  private func expectNothingToDo(
    _ command: (_ model: String) -> [String], in folder: String
  ) throws {
    #expect(try Program.run(command(job.model)).status == 0)
    let before = try FolderContents(of: folder)
    let (link, copy) = (job.path + "/link", job.path + "/copy")
    if !FileManager.default.fileExists(atPath: link) {
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: job.model)
      try FileManager.default.copyItem(atPath: job.model, toPath: copy)
    }
    for model in [link, copy, job.path + "/./model/"] {
      let outcome = try Program.run(command(model))
      #expect(outcome.status == 0, "\(outcome)")
      let after = try FolderContents(of: folder)
      let changed = Set(before.names).union(after.names).filter {
        before.digests[$0] != after.digests[$0]
      }
      #expect(changed.isEmpty, "\(model)")
    }
  }

  private var task: String { job.path + "/own.jsonl" }

  private func writeTask() throws {
    let line = "{\"context\": \"the\", \"choices\": [\" a\", \" in\"], \"gold\": 0}\n"
    try write(String(repeating: line, count: 6).utf8, to: task)
  }

  @Test func runs() throws {
    try writeTask()
    try expectNothingToDo(
      { model in
        ["run", model] + job.scoring.dropFirst() + made.measures
          + ["--task", task, "--count", "30", "--save-model", "--out", job.out, "--quiet"]
      }, in: job.out)
  }

  @Test func measures() throws {
    try writeTask()
    let out = job.path + "/measured"
    let end = ["--threads", "1", "--quiet", "--out", out]
    try expectNothingToDo(
      { ["evaluate", "perplexity", $0, "--text", made.text, "--window", "16"] + end }, in: out)
    try expectNothingToDo({ ["evaluate", "choices", $0, "--task", task] + end }, in: out)
  }

  @Test func sweepsAndComparisons() throws {
    let (scores, sweep, comparison) = (
      job.path + "/scores", job.path + "/sweep", job.path + "/comparison"
    )
    #expect(try Program.run(["score"] + job.scoring + ["--out", scores, "--quiet"]).status == 0)
    let end = made.measures + ["--threads", "1", "--quiet", "--out"]
    try expectNothingToDo(
      { ["sweep", $0, "--scores", scores, "--count", "10,30"] + end + [sweep] }, in: sweep)
    try expectNothingToDo(
      {
        ["compare", $0, "--methods", "spin", "--nsamples", "4", "--target-module", "all"]
          + ["--count", "30"] + made.data + end + [comparison]
      }, in: comparison)
  }
}

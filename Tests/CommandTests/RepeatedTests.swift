// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// A command that has nothing left to do changes nothing, so that its results may lie where nobody may write.
struct RepeatedTests {
  private let made: MeasuredJob
  private var job: SmallJob { made.job }

  init() throws { made = try MeasuredJob() }

  /// Of everything below a folder, with the folder itself: which file it is, and when it was last changed.
  private func state(_ folder: String) throws -> [String: String] {
    let paths = [""] + (try FileManager.default.subpathsOfDirectory(atPath: folder))
    return try Dictionary(
      uniqueKeysWithValues: paths.map { path in
        let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + path)
        let time = attributes[.modificationDate] as? Date
        return (path, "\(attributes[.systemFileNumber] ?? "") \(time?.timeIntervalSince1970 ?? 0)")
      })
  }

  private func expectNothingToDo(_ arguments: [String], in folder: String) throws {
    let name = arguments.prefix(2).joined(separator: " ")
    let first = try Program.run(arguments)
    #expect(first.status == 0, "\(name): \(first)")
    let before = try state(folder)
    let again = try Program.run(arguments)
    #expect(again.status == 0, "\(name): \(again)")
    let after = try state(folder)
    let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    #expect(changed.isEmpty, "\(name)")
  }

  @Test func finishedWorkIsLeftAlone() throws {
    let (scores, out) = (job.path + "/scores", job.out)
    let quiet = ["--threads", "1", "--quiet"]
    try expectNothingToDo(["score"] + job.scoring + ["--out", scores, "--quiet"], in: scores)
    try expectNothingToDo(
      ["run"] + job.scoring + made.measures + [
        "--count", "30", "--save-model", "--out", out, "--quiet",
      ],
      in: out)
    let selected = job.path + "/selected"
    try FileManager.default.createDirectory(atPath: selected, withIntermediateDirectories: false)
    try expectNothingToDo(
      ["select", job.model, "--scores", scores, "--count", "20", "--out", selected + "/patch.json"]
        + ["--selection", selected + "/selection.json"], in: selected)
    try expectNothingToDo(
      ["sweep", job.model, "--scores", scores, "--count", "10,30"] + made.measures + quiet
        + ["--out", job.path + "/sweep"], in: job.path + "/sweep")
    try expectNothingToDo(
      ["compare", job.model, "--methods", "spin,lora", "--seeds", "3", "--nsamples", "4"]
        + ["--target-module", "all", "--count", "30", "--train", job.data("general")]
        + ["--max-steps", "2", "--lora-r", "2", "--no-append-eos"] + made.data + made.measures
        + quiet
        + ["--out", job.path + "/comparison"], in: job.path + "/comparison")
    try expectNothingToDo(
      [
        "train", "lora", job.model, "--data", job.data("general"), "--max-steps", "2", "--lora-r",
        "2",
      ]
        + ["--no-append-eos", "--out", job.path + "/adapter"] + quiet, in: job.path + "/adapter")
  }

  @Test func finishedMeasuresAreLeftAlone() throws {
    let out = job.path + "/measured"
    let quiet = ["--threads", "1", "--quiet", "--out", out]
    try expectNothingToDo(
      ["evaluate", "awareness", job.model, "--questions", "privacy=\(made.questions("privacy"))"]
        + ["--max-new-tokens", "8"] + quiet, in: out)
    try expectNothingToDo(
      ["evaluate", "perplexity", job.model, "--text", made.text, "--window", "16"] + quiet, in: out)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

/// Scores of one folder are made alike: a selection would mix them otherwise.
struct MixedScoresTests {
  private func score(
    _ job: SmallJob, _ sets: [String], samples: Int = 8, _ more: [String] = [], out: String? = nil
  ) throws -> Program.Outcome {
    try Program.run(
      ["score", job.model] + sets.flatMap { ["--data", "\($0)=\(job.data($0))"] }
        + ["--nsamples", "\(samples)", "--target-module", "all", "--threads", "1", "--quiet"] + more
        + ["--out", out ?? job.out])
  }

  @Test func scoresOfOtherRowsAreNotAdded() throws {
    let job = try SmallJob()
    #expect(try score(job, ["privacy", "fairness"]).status == 0)
    let before = try FolderContents(of: job.out)
    for (samples, more, named) in [
      (6, [], "8 rows (--nsamples) drawn with --seed 0, and this command scores 6 rows"),
      (
        8, ["--seed", "1"],
        "--seed 0, and this command scores 8 rows (--nsamples) drawn with --seed 1"
      ),
      (8, ["--first-response-token", "drop"], "made with --first-response-token bos"),
    ] {
      for restart in [[], ["--dry-run"]] {
        let outcome = try score(job, ["general"], samples: samples, more + restart)
        #expect(outcome.status == 73, "\(outcome)")
        #expect(outcome.standardError.contains("out/fairness.safetensors: holds scores "))
        #expect(outcome.standardError.contains(named), "\(outcome.standardError)")
        #expect(try FolderContents(of: job.out) == before)
      }
    }
    // The same draw of another data set belongs there.
    #expect(try score(job, ["general"]).status == 0)
    #expect(try score(job, ["privacy", "fairness", "general"]).status == 0)
    #expect(try score(job, ["general"], samples: 6, ["--restart"]).status == 0)
    #expect(!FileManager.default.fileExists(atPath: job.out + "/privacy.safetensors"))
  }

  /// The name of a data file says nothing: other rows under the same name are other data.
  @Test func anotherFileOfTheSameNameIsOtherData() throws {
    let job = try SmallJob()
    #expect(try score(job, ["privacy"]).status == 0)
    let folder = job.path + "/elsewhere"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try write(
      bytes(of: job.data("fairness")), to: folder + "/privacy.csv")
    let outcome = try Program.run(
      ["score", job.model, "--data", "privacy=\(folder)/privacy.csv", "--nsamples", "8"]
        + ["--target-module", "all", "--threads", "1", "--quiet", "--out", job.out])
    #expect(outcome.status == 73, "\(outcome)")
    #expect(outcome.standardError.contains("--data was privacy.csv ("), "\(outcome)")
  }

  /// Where scores of other rows were put together by hand, or by an earlier version, a selection says so.
  @Test func mixedScoresAreNotSelectedFrom() throws {
    let job = try SmallJob()
    let (other, mixed) = (job.path + "/other", job.path + "/mixed")
    #expect(try score(job, SmallJob.dataSets).status == 0)
    #expect(try score(job, ["general"], samples: 6, out: other).status == 0)
    try FileManager.default.createDirectory(atPath: mixed, withIntermediateDirectories: false)
    for name in SmallJob.dataSets {
      let source = name == "general" ? other : job.out
      try write(bytes(of: "\(source)/\(name).safetensors"), to: "\(mixed)/\(name).safetensors")
    }
    let patch = job.path + "/patch.json"
    let outcome = try Program.run(
      ["select", job.model, "--scores", mixed, "--count", "30", "--out", patch])
    #expect(outcome.status == 65, "\(outcome)")
    #expect(
      outcome.standardError.contains(
        "holds scores of 6 rows (--nsamples) drawn with --seed 0, \"privacy\" of 8 rows"),
      "\(outcome.standardError)")
    #expect(!FileManager.default.fileExists(atPath: patch))
  }
}

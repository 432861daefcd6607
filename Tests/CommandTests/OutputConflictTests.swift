// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// Requests in which one thing has two meanings: two results under one name, one file under two names, a result in the place
/// of an input.
struct OutputConflictTests {
  private let job: SmallJob
  private var patch: String { job.path + "/patch.json" }

  init() throws { job = try SmallJob() }

  private func expectRefused(_ arguments: [String], _ status: Int32, _ message: String) throws {
    let before = try FolderContents(of: job.path)
    let outcome = try Program.run(arguments)
    #expect(outcome.status == status, "\(outcome)")
    #expect(job.masked(outcome.standardError).contains(message), "\(outcome)")
    #expect(try FolderContents(of: job.path) == before)
  }

  @Test func nothingButAPatchIsReplacedByOne() throws {
    #expect(try Program.run(job.score + ["--quiet"]).status == 0)
    let select = ["select", job.model, "--scores", job.out, "--count", "30"]
    #expect(try Program.run(select + ["--out", patch]).status == 0)
    let copy = job.path + "/copy"
    #expect(try Program.run(["patch", "apply", job.model, patch, "--out", copy]).status == 0)
    let diff = ["patch", "diff", job.model, copy, "--patch"]
    for inside in [job.configuration, job.weights, copy + "/spin-patch.json", job.model + "/new"] {
      try expectRefused(diff + [inside], 73, "which this command reads")
    }
    try expectRefused(diff + [job.data("privacy")], 73, "exists and is not a patch of spin")
    // The same edit, however it was found, but not in the place of one that says more; another one stays.
    try expectRefused(diff + [patch], 73, "it says how its weights were selected")
    for _ in 1...2 { #expect(try Program.run(diff + [job.path + "/made.json"]).status == 0) }
    #expect(try Program.run(select + ["--out", job.path + "/made.json"]).status == 0)
    let other = job.path + "/other.json"
    let fewer = ["select", job.model, "--scores", job.out, "--count", "20", "--out", other]
    #expect(try Program.run(fewer).status == 0)
    try expectRefused(diff + [other], 73, "other.json: is the patch of another request: ")
    for second in ["/one.json", "/model/../one.json", "/./one.json"] {
      try expectRefused(
        select + ["--out", job.path + "/one.json", "--selection", job.path + second], 64,
        "--selection: DIR\(second) is the file of --out, too")
    }
    try expectRefused(
      select + ["--out", job.model + "/spin-patch.json"], 73, "which this command reads")
  }

  @Test func oneFileIsNoTwoDataSets() throws {
    let same = [
      "--data", "privacy=\(job.data("privacy"))", "--data", "fairness=\(job.data("privacy"))",
    ]
    try expectRefused(
      ["score", job.model] + same + ["--nsamples", "8", "--out", job.out], 64,
      "--data: \"privacy\" and \"fairness\" are the same data: DIR/privacy.csv")
  }

  /// What a run would refuse, its plan refuses; and what it would do anew is not planned as done.
  @Test func aPlanIsThatOfTheRun() throws {
    let scores = job.path + "/none"
    try expectRefused(job.run + ["--scores", scores, "--dry-run"], 66, "none: is not a folder")
    try expectRefused(
      ["run"] + job.scoring + ["--count", "30", "--dry-run", "--out", job.model + "/run"], 73,
      "which this command reads")
    let inside = ["--dry-run", "--out", job.model + "/x"]
    try expectRefused(["score"] + job.scoring + inside, 73, "which this command reads")
    let train = ["train", "lora", job.model, "--data", job.data("general"), "--no-append-eos"]
    try expectRefused(train + inside, 73, "which this command reads")
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    #expect(try Program.run(job.run + ["--dry-run"]).standardError.contains("done already"))
    let anew = try Program.run(job.run + ["--dry-run", "--restart"])
    #expect(anew.status == 0 && !anew.standardError.contains("done already"), "\(anew)")
  }

  /// Two names that Swift would read as one.
  @Test func namesThatAreNoUTF8AreRefused() throws {
    let outcome = try Program.run(script: "\"$0\" inspect \"$(printf 'a\\377')\"", [])
    #expect(outcome.status == 64)
    #expect(outcome.standardError.contains("is not UTF-8"), "\(outcome)")
  }
}

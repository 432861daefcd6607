// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// An edited model brings its patch, and commands know it: `inspect` says it, `verify` and `revert` use it where none is
/// named, and a patch that the model has already is no riddle.
struct EnclosedPatchCommandTests {
  private let job: SmallJob
  private var patch: String { job.out + "/patch.json" }
  private var edited: String { job.path + "/edited" }

  init() throws {
    job = try SmallJob()
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    #expect(try Program.run(["patch", "apply", job.model, patch, "--out", edited]).status == 0)
  }

  @Test func inspectSaysWhichPatchIsInForce() throws {
    func patches() throws -> String {
      let outcome = try Program.run(["inspect", edited])
      #expect(outcome.status == 0)
      let lines = outcome.standardOutput.split(separator: "\n").map(String.init)
      let start = try #require(lines.firstIndex { $0.hasPrefix("patches") })
      return lines[start + 1]
    }
    let count = try Patch(path: patch).weightCount
    let named = "  spin-patch.json  \(count) weights"
    #expect(try patches() == named + ", in force")
    #expect(
      try !Program.run(["inspect", job.model]).standardOutput.contains("patches"))
    // In place and reverted by the very patch in the folder, which stays then.
    let reverted = try Program.run(
      ["patch", "revert", edited, edited + "/spin-patch.json", "--in-place"])
    #expect(reverted.status == 0, "\(reverted)")
    #expect(
      try patches() == named + ", not in force: the weights are those before it")
  }

  @Test func verifyAndRevertUseThePatchInTheModel() throws {
    let verified = try Program.run(["patch", "verify", edited])
    #expect(verified.status == 0, "\(verified)")
    #expect(verified.standardOutput.hasPrefix("state    patched\n"))
    #expect(job.masked(verified.standardError) == "patch    DIR/edited/spin-patch.json\n")
    #expect(try Program.run(["patch", "verify", edited, "--expect", "unpatched"]).status == 2)

    let copy = job.path + "/reverted"
    #expect(try Program.run(["patch", "revert", edited, "--out", copy]).status == 0)
    #expect(try FolderContents(of: copy) == FolderContents(of: job.model))

    let reverted = try Program.run(["patch", "revert", edited, "--in-place"])
    #expect(reverted.status == 0, "\(reverted)")
    #expect(try FolderContents(of: edited) == FolderContents(of: job.model))

    for command in [["verify"], ["revert", "--in-place"]] {
      let outcome = try Program.run(["patch", command[0], job.model] + command.dropFirst())
      #expect(outcome.status == 64)
      #expect(
        job.masked(outcome.standardError)
          == "spin: DIR/model: has no spin-patch.json, and no patch was named; give the patch file after the model\n"
      )
    }
  }

  /// Of two edits the last one is meant, which gives the very files of the model.
  @Test func ofTwoEditsTheLastIsMeant() throws {
    let second = job.path + "/second.json"
    let scores = job.path + "/scores"
    #expect(
      try Program.run(
        ["score", edited] + job.scoring.dropFirst() + ["--out", scores, "--quiet"]
      ).status == 0)
    let selected = try Program.run(
      ["select", edited, "--scores", scores, "--count", "40", "--rule", "union", "--out", second])
    #expect(selected.status == 0, "\(selected)")
    let twice = job.path + "/twice"
    #expect(try Program.run(["patch", "apply", edited, second, "--out", twice]).status == 0)
    let back = job.path + "/back"
    let outcome = try Program.run(["patch", "revert", twice, "--out", back])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardError.contains("/twice/spin-patch-2.json"), "\(outcome)")
    #expect(try FolderContents(of: back) == FolderContents(of: edited))
  }

  @Test(arguments: ["generate", "chat"])
  func aPatchThatTheModelHasIsSaid(_ command: String) throws {
    let prompts = job.path + "/prompts.txt"
    try write("the a\n".utf8, to: prompts)
    let outcome = try Program.run(
      [command, edited, "--patch", patch, "--max-new-tokens", "2"]
        + (command == "generate" ? ["--prompts", prompts] : []))
    #expect(outcome.status == 2, "\(outcome)")
    #expect(
      job.masked(outcome.standardError).contains(
        "DIR/edited: has this patch already; leave out --patch: the model computes with the edit as it is"
      ),
      "\(outcome.standardError)")
  }
}

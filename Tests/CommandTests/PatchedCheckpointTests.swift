// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// `spin patch` on whole checkpoints: what is applied can be taken back to the byte, and what does
/// not fit is not applied.
struct PatchedCheckpointTests {
  /// A model with a patch for it.
  private struct Patched {
    let job: SmallJob
    var patch: String { job.out + "/patch.json" }
    var copy: String { job.path + "/copy" }

    init(family: String = "llama") throws {
      job = try SmallJob(family: family)
      let outcome = try Program.run(job.run + ["--quiet"])
      #expect(outcome.status == 0, "\(outcome)")
    }

    func patch(_ arguments: String...) throws -> Program.Outcome {
      try Program.run(["patch"] + arguments)
    }
  }

  @Test(arguments: ["llama", "llama3"]) func applyThenRevertRestoresEveryByte(
    _ family: String
  ) throws {
    let made = try Patched(family: family)
    let original = try FolderContents(of: made.job.model)
    #expect(try made.patch("apply", made.job.model, made.patch, "--out", made.copy).status == 0)
    #expect(try FolderContents(of: made.job.model) == original)
    let patched = try FolderContents(of: made.copy)
    #expect(patched != original)
    #expect(patched.names == (original.names + ["spin-patch.json"]).sorted())
    #expect(try made.patch("verify", made.copy, made.patch).status == 0)
    #expect(try made.patch("verify", made.job.model, made.patch).status == 2)
    #expect(try made.patch("diff", made.job.model, made.copy).status == 2)
    #expect(try made.patch("diff", made.job.model, made.job.model).status == 0)

    #expect(try made.patch("apply", made.job.model, made.patch, "--in-place").status == 0)
    #expect(try FolderContents(of: made.job.model) == patched)
    #expect(try made.patch("revert", made.job.model, made.patch, "--in-place").status == 0)
    #expect(try FolderContents(of: made.job.model) == original)
    let back = made.job.path + "/back"
    #expect(try made.patch("revert", made.copy, made.patch, "--out", back).status == 0)
    #expect(try FolderContents(of: back) == original)
  }

  @Test func patchesOfAnotherModelAreRefused() throws {
    let (made, other) = (try Patched(), try SmallJob(family: "qwen2"))
    let before = try FolderContents(of: other.path)
    for target in [["--out", other.path + "/copy"], ["--in-place"]] {
      let outcome = try Program.run(["patch", "apply", other.model, made.patch] + target)
      #expect(outcome.status == 2, "\(outcome)")
      #expect(outcome.standardOutput == "")
      #expect(outcome.standardError.hasPrefix("spin: "))
      #expect(outcome.standardError.split(separator: "\n").count == 1)
      #expect(try FolderContents(of: other.path) == before)
    }
  }

  @Test func patchesOfAChangedModelAreRefused() throws {
    let made = try Patched()
    #expect(try made.patch("apply", made.job.model, made.patch, "--out", made.copy).status == 0)
    var all = try bytes(of: made.copy + "/model.safetensors")
    for index in all.indices.suffix(20_000) { all[index] ^= 1 }
    try write(all, to: made.copy + "/model.safetensors")
    let before = try FolderContents(of: made.job.path)
    for action in ["apply", "revert"] {
      let outcome = try made.patch(action, made.copy, made.patch, "--in-place")
      #expect(outcome.status == 2, "\(outcome)")
      #expect(outcome.standardOutput == "")
      #expect(try FolderContents(of: made.job.path) == before)
    }
  }

  @Test func existingFoldersAreNotReplaced() throws {
    let made = try Patched()
    let before = try FolderContents(of: made.job.path)
    let outcome = try made.patch("apply", made.job.model, made.patch, "--out", made.job.out)
    #expect(outcome.status == 73, "\(outcome)")
    #expect(outcome.standardOutput == "")
    #expect(try FolderContents(of: made.job.path) == before)
  }
}

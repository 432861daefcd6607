// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

/// A copy of a model that is there already, file by file, is no error; any other folder is.
struct RepeatedCopyTests {
  private func expectRepeatable(
    _ command: [String], _ job: SmallJob, _ out: String, said: String
  ) throws {
    let first = try Program.run(command)
    #expect(first.status == 0, "\(first)")
    #expect(first.standardOutput.contains("copied   "))
    let before = try FolderContents(of: out)
    let around = try FileManager.default.contentsOfDirectory(atPath: job.path).sorted()
    let again = try Program.run(command)
    #expect(again.status == 0, "\(again)")
    #expect(again.standardOutput.contains(said), "\(again.standardOutput)")
    #expect(try Program.run(command + ["--json"]).standardOutput.contains("\"was_there\": true"))
    #expect(try FolderContents(of: out) == before)
    // One byte of a weight, a file more, a file less.
    let config = out + "/config.json"
    let saved = try bytes(of: config)
    for change in [
      { try write(saved.dropLast(), to: config) },
      {
        try write(saved, to: config); try write("mine".utf8, to: out + "/notes.txt")
      },
      {
        try FileManager.default.removeItem(atPath: out + "/notes.txt")
        var weights = try bytes(of: out + "/model.safetensors")
        weights[weights.count - 1] ^= 1
        try write(weights, to: out + "/model.safetensors")
      },
    ] {
      try change()
      let changed = try FolderContents(of: out)
      let refused = try Program.run(command)
      #expect(refused.status == 73, "\(refused)")
      #expect(refused.standardError.contains("exists already; remove it, or choose another name"))
      #expect(try FolderContents(of: out) == changed)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: job.path).sorted() == around)
  }

  private let said = "nothing  was written: the folder holds these very files already"

  @Test func patches() throws {
    let job = try SmallJob()
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    let (patch, out) = (job.out + "/patch.json", job.path + "/edited")
    let back = job.path + "/back"
    #expect(try Program.run(["patch", "apply", job.model, patch, "--out", back]).status == 0)
    try expectRepeatable(
      ["patch", "apply", job.model, patch, "--out", out], job, out, said: said)
    try expectRepeatable(
      ["patch", "revert", back, patch, "--out", job.path + "/reverted"], job,
      job.path + "/reverted", said: said)
  }

  @Test func merges() throws {
    let job = try SmallJob()
    let (adapter, out) = (job.path + "/adapter", job.path + "/merged")
    let trained = try Program.run(
      [
        "train", "lora", job.model, "--data", job.data("general"), "--max-steps", "1", "--lora-r",
        "2", "--no-append-eos", "--threads", "1", "--quiet", "--out", adapter,
      ])
    #expect(trained.status == 0, "\(trained)")
    try expectRepeatable(
      ["adapter", "merge", job.model, adapter, "--out", out, "--threads", "1"], job, out, said: said
    )
  }
}

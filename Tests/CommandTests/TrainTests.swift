// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINJobs
import SPINTestSupport
import Testing

/// `spin train full`: the same bytes whatever threads, memory and kills, and a checkpoint at the end.
@Suite(.serialized) struct TrainTests {
  private let job: SmallJob

  init() throws { job = try SmallJob(family: "qwen2") }

  private func train(_ out: String, _ options: String..., from: [String]? = nil) -> [String] {
    ["train", "full"] + (from ?? [job.model])
      + ["--data", job.data("privacy"), "--data", job.data("general"), "--no-append-eos"]
      + ["--learning-rate", "1e-3", "--max-steps", "6", "--per-device-train-batch-size", "5"]
      + ["--out", out, "--quiet"] + options
  }

  /// The files of a model folder, and the part of `training.json` that circumstances do not decide.
  private func results(_ folder: String) throws -> [String: String] {
    var results = try FolderContents(of: folder).digests
    #expect(results.removeValue(forKey: "training.json") != nil)
    let path = folder + "/training.json"
    let record = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
    for key in ["identity", "history"] {
      results["training.json: \(key)"] = try #require(record[key], "\(key)").serialized()
    }
    return results
  }

  @Test func neitherThreadsNorMemoryChangeAByte() throws {
    let first = job.path + "/first"
    let outcome = try Program.run(train(first, "--threads", "1"))
    #expect(outcome.status == 0 && outcome.standardOutput == first + "\n", "\(outcome)")
    let expected = try results(first)
    #expect(expected["model.safetensors"] != nil && expected["tokenizer.json"] != nil)
    #expect(expected["config.json"] != nil)
    for (threads, memory) in [("2", "110MB"), ("3", "8GB")] {
      let out = "\(job.path)/\(threads)"
      let outcome = try Program.run(train(out, "--threads", threads, "--max-memory", memory))
      #expect(outcome.status == 0, "\(outcome)")
      #expect(try results(out) == expected, "\(threads) threads, \(memory)")
    }
    // What comes out is a checkpoint of the same precision, and not the one that went in.
    #expect(
      try Program.run(["patch", "diff", job.model, first]).status == 2)
    #expect(
      try Program.run(["inspect", first]).standardOutput.contains("BF16"))
  }

  /// Said before the work: what a link leads to out of the model's folder is not copied beside the result.
  @Test func companionsBehindLinksAreRefusedFirst() throws {
    try FileManager.default.createSymbolicLink(
      atPath: job.model + "/LICENSE", withDestinationPath: "/etc/passwd")
    let outcome = try Program.run(train(job.out))
    #expect(outcome.status == 65)
    #expect(
      outcome.standardError.contains(
        "\(job.model)/LICENSE: is a link out of the model's folder, to /etc/passwd"), "\(outcome)")
    #expect(!FileManager.default.fileExists(atPath: job.out + "/LICENSE"))
  }

  @Test func aNewModelComesFromItsConfigurationAndSeed() throws {
    let from = ["--from-config", job.model + "/config.json", "--tokenizer", job.model]
    let folders = try [("a", "1"), ("b", "1"), ("c", "2")].map { name, seed in
      let out = "\(job.path)/\(name)"
      let outcome = try Program.run(train(out, "--seed", seed, from: from))
      #expect(outcome.status == 0, "\(outcome)")
      return try results(out)
    }
    #expect(folders[0] == folders[1] && folders[0] != folders[2])
    #expect(
      try Program.run(
        [
          "generate", job.path + "/a", "--prompts", job.data("privacy"), "--max-new-tokens", "4",
          "-q",
        ]
      ).status == 0)
  }

  @Test func aKilledRunGoesOn() throws {
    let long = ["--max-steps", "400", "--save-steps", "3"]
    let whole = job.path + "/whole"
    #expect(try Program.run(train(whole) + long).status == 0)
    let expected = try results(whole)
    let out = job.path + "/killed"
    var kills = 0
    for pause in [0.05, 0.08, 0.13, 0.21] {
      let run = try Program.start(train(out) + long)
      Thread.sleep(forTimeInterval: pause)
      run.send(SIGKILL)
      if try run.wait().status == 128 + SIGKILL { kills += 1 }
    }
    #expect(kills > 0)
    // As a kill in the middle of writing the result leaves it.
    try write([1, 2, 3], to: out + "/.model.safetensors.1a2b3c.tmp")
    #expect(try Program.run(train(out, "--threads", "3") + long).status == 0)
    #expect(try results(out) == expected)
    #expect(!FileManager.default.fileExists(atPath: out + "/.training"))
    // Done is done; another run does not write over it.
    #expect(try Program.run(train(out) + long).status == 0)
    #expect(try Program.run(train(out, "--seed", "9") + long).status == 73)
    #expect(try results(out) == expected)
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let cases: [(arguments: [String], status: Int32, message: String)] = [
      (train(job.out, "--learning-rate", "0"), 64, "spin: --learning-rate: is 0, expected above 0"),
      (
        train(job.out, "--early-stopping-patience", "2"), 64,
        "spin: --early-stopping-patience: has no effect without --eval-split SHARE"
      ),
      (train(job.out, "--max-memory", "1MB"), 64, "spin: --max-memory: is 1.0 MB, "),
      (
        train(job.out, "--eval-split", "0.99"), 64, "spin: --eval-split: is 0.99, which leaves none"
      ),
      (train(job.out, from: []), 64, "spin: give a model's folder or --from-config"),
      (
        train(job.out, from: ["--from-config", job.model + "/config.json"]), 64,
        "spin: --from-config and --tokenizer belong together; see spin train full --help"
      ),
      (
        ["train", "full", job.model, "--data", job.data("privacy"), "--out", job.out, "-q"], 78,
        "spin: the tokenizer names no token that ends a text; give --no-append-eos"
      ),
    ]
    for (arguments, status, message) in cases {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == status, "\(outcome)")
      #expect(job.masked(outcome.standardError).hasPrefix(message), "\(outcome)")
      #expect(!FileManager.default.fileExists(atPath: job.out), "\(arguments)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINJobs
import SPINTestSupport
import Testing

/// `spin train loreft`: an adapter that does not depend on threads, memory or kills, and is of use.
@Suite(.serialized) struct TrainLoReFTTests {
  private let job: SmallJob

  init() throws { job = try SmallJob() }

  private func train(_ out: String, _ options: [String] = []) -> [String] {
    ["train", "loreft", job.model, "--data", job.data("privacy"), "--data", job.data("general")]
      + ["--no-append-eos", "--rank", "2", "--positions", "f2+l2", "--learning-rate", "2e-2"]
      + ["--dropout", "0.1", "--max-steps", "40", "--per-device-train-batch-size", "6"]
      + ["--save-steps", "3", "--out", out, "--quiet"] + options
  }

  /// The adapter's files, and the part of `training.json` that circumstances do not decide.
  private func results(_ folder: String) throws -> [String: String] {
    var results = try FolderContents(of: folder).digests
    #expect(results.removeValue(forKey: "training.json") != nil)
    #expect(results.keys.sorted() == ["reft_config.json", "reft_model.safetensors"])
    let path = folder + "/training.json"
    let record = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
    #expect(record["method"] == "loreft")
    for key in ["identity", "history"] {
      results["training.json: \(key)"] = try #require(record[key], "\(key)").serialized()
    }
    return results
  }

  private func loss(_ arguments: [String]) throws -> Double {
    let path = job.path + "/text.txt"
    try write((text(of: job.data("privacy")) + text(of: job.data("general"))).utf8, to: path)
    let outcome = try Program.run(
      ["evaluate", "perplexity", job.model, "--text", path, "--window", "24", "--json", "--quiet"]
        + arguments)
    #expect(outcome.status == 0, "\(outcome)")
    let json = try JSON(parsing: Array(outcome.standardOutput.utf8), path: "").requireObject(at: "")
    let side: JSONObject = try json.required(arguments.isEmpty ? "result" : "after")
    return try side.required("perplexity")
  }

  @Test func neitherThreadsNorMemoryNorKillsChangeAByte() throws {
    let first = job.path + "/first"
    let outcome = try Program.run(train(first, ["--threads", "1"]))
    #expect(outcome.status == 0 && outcome.standardOutput == first + "\n", "\(outcome)")
    let expected = try results(first)
    let second = job.path + "/second"
    #expect(
      try Program.run(train(second, ["--threads", "3", "--max-memory", "101MB"])).status == 0)
    #expect(try results(second) == expected)
    let killed = job.path + "/killed"
    for pause in [0.03, 0.05, 0.08] {
      let run = try Program.start(train(killed))
      Thread.sleep(forTimeInterval: pause)
      if run.isRunning { run.send(SIGKILL) }
      _ = try run.wait()
    }
    #expect(try Program.run(train(killed)).status == 0)
    #expect(try results(killed) == expected)
    let other = job.path + "/other"
    #expect(try Program.run(train(other, ["--seed", "2"])).status == 0)
    #expect(
      try results(other)["reft_model.safetensors"] != expected["reft_model.safetensors"])
  }

  @Test func whatWasTrainedCanBeUsed() throws {
    let out = job.path + "/adapter"
    #expect(try Program.run(train(out, ["--layers", "1", "--share-weights"])).status == 0)
    let shown = try Program.run(["adapter", "show", out])
    #expect(
      shown.standardOutput == """
        kind     LoReFT, not mergeable
        base     model
        rank     2, dropout 0.1
        places   f2+l2 behind layers 1, one for all positions
        numbers  98 for 1 interventions

        """)
    #expect(try loss(["--adapter", out]) != loss([]))
    let record = out + "/training.json"
    let history: JSONObject = try JSON(parsing: bytes(of: record), path: record)
      .requireObject(at: record).required("history")
    #expect(history["log"]?.array?.isEmpty == false)
  }

  @Test func wrongUseIsNamed() throws {
    for (options, status, part) in [
      (["--layers", "2"], 65, "the adapter changes layer 2, the model has 2 layers"),
      (["--layers", "x"], 64, "--layers: is \"x\", expected"),
      (["--positions", "f0"], 64, "--positions: is \"f0\", expected"),
      (["--rank", "24"], 64, "a rank of 24 does not fit hidden states of 24 numbers"),
      (["--dropout", "1"], 64, "--dropout: is 1, expected at least 0 and below 1"),
      (["--max-memory", "90MB"], 64, "these samples and this model need at least"),
    ] as [([String], Int32, String)] {
      let outcome = try Program.run(train(job.out, options))
      #expect(outcome.status == status, "\(options): \(outcome)")
      #expect(outcome.standardError.contains(part), "\(outcome)")
      #expect(!FileManager.default.fileExists(atPath: job.out))
    }
  }
}

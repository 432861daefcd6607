// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINJobs
import SPINStorage
import SPINTestSupport
import Testing

/// `spin train lora` and `spin train dora`: what they leave, and that nothing moves a bit.
struct TrainAdapterTests {
  private let job: SmallJob

  init() throws { job = try SmallJob() }

  private func arguments(_ method: String, _ out: String, _ more: String...) -> [String] {
    [
      "train", method, job.model, "--data", job.data("privacy"), "--out", out, "--no-append-eos",
      "--target-modules", "q_proj,v_proj,down_proj", "--lora-r", "2", "--lora-dropout", "0.1",
      "--max-steps", "5", "--learning-rate", "1e-2", "--per-device-train-batch-size", "3",
      "--quiet",
    ] + more
  }

  @Test(arguments: ["lora", "dora"]) func anAdapterIsTrainedAndMeasured(_ method: String) throws {
    let out = job.path + "/adapter"
    let outcome = try Program.run(arguments(method, out))
    #expect(outcome.status == 0 && outcome.standardOutput == out + "\n", "\(outcome)")
    #expect(
      try FileSystem.names(in: out)
        == [".spin-files", "adapter_config.json", "adapter_model.safetensors", "training.json"])
    let record = try JSON(parsing: FileSystem.read(out + "/training.json"), path: out)
    #expect(record.object?["schema"] == "training/1")
    #expect(record.object?["tool_version"] == .string(SPINVersion.current))
    #expect(record.object?["method"] == .string(method))
    let adapter = try LowRankAdapter(path: out)
    #expect(adapter.configuration.usesDoRA == (method == "dora"))
    #expect(adapter.matrices.count == 6 && adapter.configuration.dropout == 0.1)
    #expect(adapter.matrices.contains { $0.b.values.contains { $0 != 0 } })
    #expect(
      try Program.run(["adapter", "merge", job.model, out, "--out", out + "-merged"]).status == 0)
    // The same command again finds it done; another is refused.
    let bytes = try FileSystem.read(out + "/adapter_model.safetensors")
    #expect(try Program.run(arguments(method, out)).status == 0)
    #expect(try FileSystem.read(out + "/adapter_model.safetensors") == bytes)
    #expect(try Program.run(arguments(method, out, "--seed", "3")).status == 73)
    #expect(try Program.run(arguments(method, out, "--seed", "3", "--dry-run")).status == 73)
    // What was removed of it is made again.
    try FileSystem.remove(out + "/adapter_model.safetensors")
    #expect(try Program.run(arguments(method, out)).status == 0)
    #expect(try FileSystem.read(out + "/adapter_model.safetensors") == bytes)
    // Threads change nothing.
    let other = job.path + "/other"
    #expect(try Program.run(arguments(method, other, "--threads", "3")).status == 0)
    #expect(try FileSystem.read(other + "/adapter_model.safetensors") == bytes)
  }

  /// Stopped after every step and resumed: the bytes of a run in one piece.
  @Test(arguments: [false, true]) func aStoppedRunGoesOnToTheSameBytes(_ usesDoRA: Bool) throws {
    var adapter = AdapterConfiguration(targets: TargetModules(.allLinear))
    adapter.rank = 2
    adapter.dropout = 0.2
    adapter.usesDoRA = usesDoRA
    var request = TrainingRequest(data: [job.data("privacy")])
    request.appendsEndOfText = false
    request.options.maxSteps = 4
    request.options.batchSize = 2
    request.options.learningRate = 1e-2
    let training = try LowRankTrainingJob(model: job.model, adapter, request)
    let (whole, pieces) = (job.path + "/whole", job.path + "/pieces")
    try training.run(into: whole)
    var stops = 0
    while true {
      do {
        try training.run(into: pieces, shouldStop: { true })
        break
      } catch let error as SPINError where error.code == .interrupted {
        stops += 1
      }
    }
    #expect(stops == 3)
    for name in ["adapter_model.safetensors", "adapter_config.json"] {
      #expect(
        try FileSystem.read(whole + "/" + name) == FileSystem.read(pieces + "/" + name))
    }
  }

  @Test func wrongUseIsNamed() throws {
    let out = job.path + "/out"
    for (more, status, message) in [
      (["--lora-r", "0"], 64, "spin: --lora-r: is 0, expected 1 to 65536\n"),
      (
        ["--lora-dropout", "1"], 64,
        "spin: --lora-dropout: is 1, expected at least 0 and below 1\n"
      ),
      (
        ["--target-modules", "nothing"], 64,
        "spin: --target-modules: means no matrix of this model; name some of q_proj, k_proj, v_proj, "
          + "o_proj, gate_proj, up_proj, down_proj\n"
      ),
    ] as [([String], Int32, String)] {
      let outcome = try Program.run(arguments("lora", out) + more)
      #expect(outcome.status == status && outcome.standardError == message, "\(outcome)")
      #expect(FileSystem.status(out) == nil)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINJobs
import SPINStorage
import SPINTestSupport
import Testing

/// `spin adapter`, `spin patch export`, and models that compute with an adapter.
struct AdapterTests {
  private let job: SmallJob
  private var merged: String { job.path + "/merged" }

  init() throws { job = try SmallJob() }

  /// An adapter that PEFT trained on the model of the job.
  private func adapter(_ name: String) -> String { "\(Fixture.root)/adapters/llama-\(name)" }

  private func json(_ outcome: Program.Outcome) throws -> JSONObject {
    try JSON(parsing: Array(outcome.standardOutput.utf8), path: "stdout").requireObject(at: "")
  }

  @Test func mergeWritesAModel() throws {
    let outcome = try Program.run(
      ["adapter", "merge", job.model, adapter("lora"), "--out", merged])
    #expect(outcome.status == 0 && outcome.standardError == "")
    // Where the file system can share bytes, it does.
    let shared = outcome.standardOutput.contains(" 3 share") ? 3 : 0
    #expect(
      outcome.standardOutput == """
        merged   \(merged)
        changed  14 matrices in 1 file
        copied   3 files, \(shared) share their bytes

        """)
    #expect(try FileSystem.names(in: merged) == FileSystem.names(in: job.model))
    let again = try Program.run(
      ["adapter", "merge", job.model, adapter("lora"), "--out", merged, "--json"])
    #expect(try again.status == 0 && json(again)["was_there"] == true)
    let another = try Program.run(
      ["adapter", "merge", job.model, adapter("dora"), "--out", merged, "--json"])
    #expect(another.status == 73)
    let other = try Program.run(
      ["adapter", "merge", job.model, adapter("dora"), "--out", merged + "2", "--json"])
    #expect(try json(other)["schema"] == "adapter-merge/1")
    #expect(try json(other)["changed_matrices"] == 6)
  }

  @Test func showSaysWhatAnAdapterIs() throws {
    let outcome = try Program.run(["adapter", "show", adapter("dora")])
    #expect(outcome.status == 0)
    #expect(
      outcome.standardOutput.hasPrefix(
        """
        kind     DoRA
        base     not named
        rank     2, alpha 3.0, dropout 0.0
        numbers  736 for 6 matrices
          model.layers.0.self_attn.q_proj.weight  rank 2, scale 1.5

        """))
    let json = try json(try Program.run(["adapter", "show", adapter("lora"), "--json"]))
    #expect(json["schema"] == "adapter/1" && json["kind"] == "lora")
    #expect(json["matrices"]?.array?.count == 14)
  }

  /// The numbers of a merged model, to the last digit, without and with the adapter on.
  @Test(arguments: ["lora", "dora"]) func measuresAreThoseOfTheMergedModel(
    _ name: String
  ) throws {
    let text = job.path + "/text.txt"
    try write(String(repeating: "the a in the the b c. ", count: 40).utf8, to: text)
    #expect(
      try Program.run(["adapter", "merge", job.model, adapter(name), "--out", merged]).status == 0)
    let options = ["--text", text, "--window", "24", "--json", "--quiet"]
    let both = try json(
      try Program.run(
        ["evaluate", "perplexity", job.model, "--adapter", adapter(name)] + options))
    for (side, model) in [("before", job.model), ("after", merged)] {
      let one = try json(try Program.run(["evaluate", "perplexity", model] + options))
      let expected: JSONObject = try one.required("result")
      let found: JSONObject = try both.required(side)
      #expect(found["perplexity"] != nil && found["perplexity"] == expected["perplexity"])
    }
    #expect(both["patch_weights"] == .null)
    let adapterSummary: JSONObject = try both.required("adapter")
    #expect(adapterSummary["kind"] == .string(name))
    let divergence = try json(
      try Program.run(
        ["evaluate", "divergence", job.model, "--adapter", adapter(name)] + options))
    #expect(divergence["schema"] == "divergence/1")

    func texts(_ arguments: [String]) throws -> String {
      let outcome = try Program.run(
        ["generate"] + arguments + ["--prompts", "-", "--quiet"], input: "the a\nin the\n")
      #expect(outcome.status == 0, "\(outcome)")
      return outcome.standardOutput
    }
    #expect(try texts([job.model, "--adapter", adapter(name)]) == texts([merged]))
  }

  /// A LoReFT adapter is recognized by its folder, computed with, shown, and never merged.
  @Test func changedStatesAreMeasuredAndGenerateTexts() throws {
    let adapter = Fixture.root + "/loreft/llama"
    func texts(_ arguments: [String]) throws -> String {
      let outcome = try Program.run(
        ["generate", job.model] + arguments + ["--prompts", "-", "--quiet"],
        input: "the a in\nin the\nthe a in the\n")
      #expect(outcome.status == 0, "\(outcome)")
      return outcome.standardOutput
    }
    let changed = try texts(["--adapter", adapter])
    #expect(try changed != texts([]))
    #expect(try texts(["--adapter", adapter, "--batch-size", "1", "--threads", "1"]) == changed)
    let text = job.path + "/text.txt"
    try write(String(repeating: "the a in the the b c. ", count: 40).utf8, to: text)
    let options = ["--text", text, "--window", "24", "--json", "--quiet"]
    let both = try json(
      try Program.run(
        ["evaluate", "perplexity", job.model, "--adapter", adapter] + options))
    let plain = try json(try Program.run(["evaluate", "perplexity", job.model] + options))
    let (before, after): (JSONObject, JSONObject) = (
      try both.required("before"), try both.required("after")
    )
    let expected: JSONObject = try plain.required("result")
    #expect(before["perplexity"] == expected["perplexity"])
    #expect(after["perplexity"] != nil && after["perplexity"] != before["perplexity"])
    let summary: JSONObject = try both.required("adapter")
    #expect(summary["kind"] == "loreft" && summary["parameters"] == 588)
    let shown = try Program.run(["adapter", "show", adapter])
    #expect(
      shown.standardOutput == """
        kind     LoReFT, not mergeable
        base     not named
        rank     3, dropout 0.0
        places   f2+l3 behind layers 0, 1, each end its own
        numbers  588 for 4 interventions

        """)
    #expect(
      try json(try Program.run(["adapter", "show", adapter, "--json"]))["kind"] == "loreft")
    let merge = try Program.run(["adapter", "merge", job.model, adapter, "--out", merged])
    #expect(merge.status == 65 && merge.standardError.contains("it cannot be merged into weights"))
  }

  @Test func exportedPatchesMergeToPatchedModels() throws {
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    let (patch, out) = (job.out + "/patch.json", job.path + "/exported")
    let arguments = ["patch", "export", patch, "--model", job.model, "--as", "peft-lora", "--out"]
    let outcome = try Program.run(arguments + [out])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardOutput.contains("scale 1, stored as F32\nvLLM     --max-lora-rank "))
    #expect(
      try json(try Program.run(arguments + [out + "2", "--json"]))["schema"]
        == "patch-export/1")
    #expect(
      try Program.run(["adapter", "merge", job.model, out, "--out", merged]).status == 0)
    let patched = job.path + "/patched"
    #expect(
      try Program.run(["patch", "apply", job.model, patch, "--out", patched]).status == 0)
    #expect(
      try bytes(of: merged + "/model.safetensors") == bytes(of: patched + "/model.safetensors"))
    #expect(try Program.run(arguments + [out]).status == 73)
  }

  @Test func wrongUseEndsWithTheRightStatus() throws {
    for (arguments, status) in [
      (["adapter", "show", job.path + "/none"], 66),
      (["adapter", "merge", job.model, job.model, "--out", merged], 66),
      (["adapter", "merge", job.model, adapter("lora")], 64),
      (["adapter", "merge", job.path + "/none", adapter("lora"), "--out", merged], 66),
      (["patch", "export", job.path + "/none", "--model", job.model, "--out", merged], 64),
      (
        ["generate", job.model, "--prompts", "-", "--patch", "p", "--adapter", adapter("lora")],
        64
      ),
    ] as [([String], Int32)] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == status, "\(arguments): \(outcome)")
      #expect(outcome.standardOutput == "" && !outcome.standardError.isEmpty, "\(arguments)")
    }
  }
}

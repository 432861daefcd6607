// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// What every run keeps to: the same bytes from the same input, results on one stream and progress
/// on the other, plans that write nothing.
struct RunTests {
  @Test func threadsAndRepetitionChangeNoByte() throws {
    let demo = try Demo.shared()
    #expect(demo.status == 0)
    let directory = try TemporaryDirectory()
    func results(_ threads: Int) throws -> [String: String] {
      let out = directory.file("run-\(threads)")
      let outcome = try Program.run(
        demo.run + ["--nsamples", "9", "--threads", "\(threads)", "--out", out, "--save-model"])
      #expect(outcome.status == 0, "\(outcome)")
      var digests = try FolderContents(of: out).digests
      // Times and memory differ, which reports show, and the command, which the card shows.
      #expect(digests.removeValue(forKey: "manifest.json") != nil)
      #expect(digests.removeValue(forKey: "model/README.md") != nil)
      return digests.filter { !$0.key.hasPrefix("report.") }
    }
    let first = try results(1)
    #expect(first.keys.contains("model/model.safetensors"))
    for threads in [1, 2, 3, 7] { #expect(try results(threads) == first, "\(threads) threads") }
  }

  @Test func laterRoundsScoreThePatchedModel() throws {
    let job = try SmallJob()
    let outcome = try Program.run(job.run + ["--rounds", "2", "--quiet"])
    #expect(outcome.status == 0, "\(outcome)")
    let (first, second) = (job.out + "/rounds/1/patch.json", job.out + "/rounds/2/patch.json")
    let copy = job.path + "/copy"
    #expect(try Program.run(["patch", "apply", job.model, first, "--out", copy]).status == 0)
    // Scoring the patched copy gives the very bytes of round 2.
    let scores = job.path + "/copy-scores"
    let arguments = ["score", copy] + job.scoring.dropFirst() + ["--out", scores, "--quiet"]
    #expect(try Program.run(arguments).status == 0)
    #expect(
      try FolderContents(of: scores).digests
        == FolderContents(of: job.out + "/rounds/2/scores").digests)
    // The patch grows, and the last is the run's.
    let weights = try [first, second, job.out + "/patch.json"].map { try Patch(path: $0) }
    #expect(weights[1].weightCount > weights[0].weightCount)
    #expect(weights[2] == weights[1])
    for tensor in weights[0].tensors {
      let grown = weights[1].tensors.first { $0.name == tensor.name }
      #expect(Set(tensor.indices).isSubset(of: grown?.indices ?? []))
    }
    // A run of one round is the first round, and more rounds go on from it.
    let before = try FolderContents(of: job.out).digests
    let single = try SmallJob()
    #expect(try Program.run(single.run + ["--quiet"]).status == 0)
    #expect(try Patch(path: single.out + "/patch.json").tensors == weights[0].tensors)
    #expect(try Program.run(single.run + ["--rounds", "2", "--quiet"]).status == 0)
    let after = try FolderContents(of: single.out).digests
    // Times and memory differ, which reports show.
    let lasts = { (file: (key: String, value: String)) in
      file.key != "manifest.json" && !file.key.hasPrefix("report.")
    }
    #expect(after.filter(lasts) == before.filter(lasts))
  }

  @Test(arguments: ["run", "score"]) func plansWriteNothing(_ command: String) throws {
    let job = try SmallJob()
    let before = try FolderContents(of: job.path)
    let arguments = (command == "run" ? job.run : job.score) + ["--dry-run"]
    let outcome = try Program.run(arguments)
    #expect(outcome.status == 0)
    #expect(outcome.standardOutput == "")
    for word in ["model    ", "data     privacy: 8 samples", "plan     "] {
      #expect(outcome.standardError.contains(word))
    }
    let document = try json(Program.run(arguments + ["--json", "--quiet"]))
    #expect(document["plan"]?.object?["tokens"] != nil)
    #expect(try FolderContents(of: job.path) == before)
  }

  @Test func resultsGoToOneStreamAndProgressToTheOther() throws {
    let job = try SmallJob()
    let plain = try Program.run(job.run)
    #expect(plain.status == 0)
    #expect(plain.standardOutput.contains("patch      \(job.out)/patch.json\n"))
    #expect(plain.standardError.contains("score    done in "))
    let quiet = try Program.run(job.run + ["--quiet", "--restart"])
    #expect(quiet.status == 0)
    #expect(quiet.standardError == "")
    #expect(quiet.standardOutput == plain.standardOutput)
  }

  @Test func everyJSONResultNamesSchemaAndVersion() throws {
    let job = try SmallJob()
    let (score, patch) = (job.path + "/scores", job.path + "/patch.json")
    let commands: [(String, [String])] = [
      ("run-plan/1", job.run + ["--dry-run"]),
      ("score-result/1", ["score"] + job.scoring + ["--out", score]),
      ("selection/1", ["select", job.model, "--scores", score, "--count", "30", "--out", patch]),
      ("run-result/1", job.run),
      ("patch/1", ["patch", "show", patch]),
      ("patch-result/1", ["patch", "apply", job.model, patch, "--out", job.path + "/copy"]),
      ("patch-verification/1", ["patch", "verify", job.path + "/copy", patch]),
    ]
    for (schema, arguments) in commands {
      let document = try json(Program.run(arguments + ["--json"]))
      #expect(document["schema"]?.string == schema, "\(arguments)")
      #expect(document["tool_version"] != nil || document["tool"] != nil, "\(arguments)")
    }
  }

  @Test func scoresOfAnotherModelAreRefused() throws {
    let (job, other) = (try SmallJob(), try SmallJob(family: "qwen2"))
    #expect(try Program.run(job.score + ["--quiet"]).status == 0)
    let before = try FolderContents(of: job.path)
    let outcome = try Program.run([
      "select", other.model, "--scores", job.out, "--count", "30", "--out",
      job.path + "/patch.json",
    ])
    let message = job.masked(outcome.standardError)
    #expect(
      message.hasPrefix("spin: DIR/out/privacy.safetensors: holds scores of another model: of "))
    #expect(message.hasSuffix("; score this model, or give the model that was scored\n"))
    #expect(outcome.status == 65)
    #expect(outcome.standardOutput == "")
    #expect(try FolderContents(of: job.path) == before)
  }

  @Test func scoresOfOtherOptionsAreNotReplaced() throws {
    let job = try SmallJob()
    #expect(try Program.run(job.score + ["--quiet"]).status == 0)
    let before = try FolderContents(of: job.path)
    let outcome = try Program.run(job.score + ["--quiet", "--seed", "1"])
    #expect(
      job.masked(outcome.standardError)
        == "spin: DIR/out/privacy.safetensors: exists and holds scores of another model, data or "
        + "options: --seed was 0 and is 1 now; choose another --out, or give --restart to replace it\n"
    )
    #expect(outcome.status == 73)
    #expect(try FolderContents(of: job.path) == before)
    #expect(try Program.run(job.score + ["--quiet", "--seed", "1", "--restart"]).status == 0)
  }

  /// The one document on standard output.
  private func json(_ outcome: Program.Outcome) throws -> JSONObject {
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardOutput.hasSuffix("}\n") && !outcome.standardOutput.hasSuffix("\n\n"))
    let document = try JSON(parsing: Array(outcome.standardOutput.utf8), path: "stdout")
    return try document.requireObject(at: "stdout")
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// A selection without a weight is no edit: said before the work where shapes tell, and before anything is
/// measured where scores do.
struct EmptySelectionTests {
  @Test func aShareBelowOneWeightIsRefusedBeforeTheWork() throws {
    let job = try SmallJob()
    try write("questions\nwho is it?\nwhat is a?\n".utf8, to: job.path + "/questions.csv")
    for command in ["run", "compare"] {
      let questions = command == "compare" ? ["--questions", "a=\(job.path)/questions.csv"] : []
      let threads = job.scoring.filter { $0 != "--nsamples" && $0 != "8" }
      let outcome = try Program.run(
        [command] + threads + ["--nsamples", "8", "--out", job.out]
          + questions)
      #expect(outcome.status == 64)
      #expect(
        outcome.standardError.contains(
          "spin: --q: a share of 5e-07 is less than one weight of every matrix"),
        "\(outcome.standardError)")
      #expect(outcome.standardError.contains("give --count 22"))
      #expect(!FileManager.default.fileExists(atPath: job.out))
    }
  }

  @Test func anEmptySelectionIsAnErrorUnlessAllowed() throws {
    let job = try SmallJob()
    // The same samples on both sides of the rule, in files that differ: whatever is coupled is general ability's.
    let lines = try text(of: job.data("general")).split(separator: "\n")
    let same = try SmallJob.dataSets.flatMap { name in
      let file = "\(job.path)/same-\(name).csv"
      try write(lines.map { "\($0),\(name)\n" }.joined().utf8, to: file)
      return ["--data", "\(name)=\(file)"]
    }
    let run =
      ["run", job.model] + same
      + ["--nsamples", "8", "--target-module", "all", "--count", "5", "--out", job.out, "--quiet"]
    let refused = try Program.run(run)
    #expect(refused.status == 2)
    #expect(
      refused.standardError.contains("the rule paper selects no weight: "),
      "\(refused.standardError)")
    #expect(refused.standardError.contains("--allow-empty continues without an edit"))
    #expect(!FileManager.default.fileExists(atPath: job.out + "/patch.json"))
    #expect(FileManager.default.fileExists(atPath: job.out + "/scores/privacy.safetensors"))

    // A saved copy of the model as it is does not stand in the way of the same command.
    for _ in 0..<2 {
      let allowed = try Program.run(run + ["--allow-empty", "--save-model"])
      #expect(allowed.status == 0, "\(allowed.standardError)")
    }
    #expect(try bytes(of: job.out + "/model/model.safetensors") == bytes(of: job.weights))

    let select = try Program.run([
      "select", job.model, "--scores", job.out + "/scores", "--count", "5", "--out",
      job.path + "/patch.json",
    ])
    #expect(select.status == 2)
    #expect(!FileManager.default.fileExists(atPath: job.path + "/patch.json"))
  }

  /// A share for the pair alone leaves that of general ability at its default, which is no weight of small matrices.
  @Test func whereNothingIsLeftOutForGeneralAbilityIsSaidFirst() throws {
    let job = try SmallJob()
    for (options, isSaid) in [
      (["--q", "0.01"], true), (["--q", "0.01", "--p", "0.01"], false), (["--count", "5"], false),
      (["--q", "0.01", "--p", "0"], false), (["--q", "0.01", "--rule", "no-general"], false),
    ] {
      let plan = try Program.run(
        ["run"] + job.scoring + ["--out", job.out, "--dry-run", "--quiet"] + options)
      #expect(
        plan.standardError.contains("--p is less than one weight of ") == isSaid,
        "\(options): \(plan)")
    }
  }

  @Test func aCountBeyondEveryMatrixIsRefused() throws {
    let job = try SmallJob()
    let outcome = try Program.run(["run"] + job.scoring + ["--count", "9999999", "--out", job.out])
    #expect(outcome.status == 64)
    #expect(
      outcome.standardError.contains("spin: --count: is 9999999, the largest matrix here has "),
      "\(outcome.standardError)")
    #expect(!FileManager.default.fileExists(atPath: job.out))
  }

  /// What would select something is named, and it does.
  @Test func theRemedySelectsSomething() throws {
    let job = try SmallJob()
    #expect(try Program.run(job.score).status == 0)
    let outcome = try Program.run([
      "select", job.model, "--scores", job.out, "--count", "1", "--layers", "0",
      "--target-module", "mlp",
    ])
    #expect(outcome.status == 2, "the case does not occur: \(outcome)")
    let remedy = try #require(
      outcome.standardError.firstMatch(of: /give --count (\d+), which selects (\d+)/))
    let larger = try Program.run([
      "select", job.model, "--scores", job.out, "--count", String(remedy.1), "--layers", "0",
      "--target-module", "mlp", "--json",
    ])
    #expect(larger.status == 0)
    #expect(larger.standardOutput.contains("\"selected\": \(remedy.2)"))
  }

  @Test func inspectionSaysWhatTheDefaultShareComesTo() throws {
    let job = try SmallJob()
    let outcome = try Program.run(["inspect", job.model])
    #expect(outcome.standardOutput.contains("give --count 22"), "\(outcome.standardOutput)")
  }
}

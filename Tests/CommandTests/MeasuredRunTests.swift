// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// `spin run` with measures, and `spin sweep`: one load, the same bytes whatever threads or crash.
@Suite(.serialized) struct MeasuredRunTests {
  private let made: MeasuredJob
  private var job: SmallJob { made.job }
  private var text: String { made.text }

  init() throws { made = try MeasuredJob() }

  private func questions(_ name: String) -> String { made.questions(name) }

  private var measures: [String] {
    made.measures + ["--benign", "small-talk=\(questions("fairness"))"]
      + ["--exclude-overlap", job.data("privacy")]
  }

  /// A run without --threads and --out.
  private var run: [String] {
    ["run"] + job.scoring.dropLast(2) + ["--count", "30"] + measures + ["--quiet"]
  }

  /// Records, journals and names of folders say what decides in words of their own: Swift's text of a value changes with
  /// each property that the type gets, and work that was begun would count for nothing.
  private func expectNoTextOfSwiftValues(in folder: String) throws {
    let swift = #/Optional\(|\(key: |SPIN[A-Z]\w*\.|\b[A-Z]\w*\([a-z]\w*: /#
    for name in try FolderContents(of: folder).names {
      #expect(!name.contains(swift), "\(name)")
      guard name.hasSuffix(".json") || name.hasSuffix(".jsonl") || name.hasSuffix(".journal") else {
        continue
      }
      let content = String(decoding: try bytes(of: "\(folder)/\(name)"), as: UTF8.self)
      let found = content.firstMatch(of: swift)
      #expect(found == nil, "\(name): \(found.map { String($0.0) } ?? "")")
    }
  }

  /// What a folder holds that must not depend on circumstances: no journals, whose lines come in any
  /// order, no reports, which show times, and of manifests what decides and what came out.
  private func results(_ folder: String) throws -> [String: String] {
    var results = try FolderContents(of: folder).digests.filter {
      !$0.key.hasSuffix(".journal") && !$0.key.hasPrefix("report.")
    }
    guard results.removeValue(forKey: "manifest.json") != nil else { return results }
    let path = folder + "/manifest.json"
    let manifest = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
    for key in ["identity", "results", "outputs"] {
      results["manifest: \(key)"] = try #require(manifest[key]).serialized()
    }
    return results
  }

  @Test func measuresDoNotDependOnThreads() throws {
    var expected: [String: String]?
    for threads in [1, 2, 3] {
      let out = job.path + "/run-\(threads)"
      let outcome = try Program.run(
        run + ["--rounds", "2", "--threads", "\(threads)", "--out", out])
      #expect(outcome.status == 0, "\(outcome)")
      let found = try results(out)
      for name in [
        "evaluation/awareness.json", "evaluation/awareness-fairness-after.jsonl",
        "evaluation/perplexity.json", "evaluation/divergence.json",
        "rounds/1/evaluation/awareness.json",
      ] { #expect(found[name] != nil, "\(name)") }
      #expect(expected == nil || found == expected, "\(threads) threads")
      expected = found
    }
  }

  @Test func measuresOfARunAreThoseOfTheCommands() throws {
    #expect(try Program.run(run + ["--threads", "2", "--out", job.out]).status == 0)
    let alone = job.path + "/alone"
    let patched = [job.model, "--patch", job.out + "/patch.json", "--out", alone, "--quiet"]
    let commands = [
      ["evaluate", "awareness"] + patched
        + ["privacy", "fairness"].flatMap { ["--questions", "\($0)=\(questions($0))"] }
        + ["--benign", "small-talk=\(questions("fairness"))"]
        + SmallJob.dataSets.flatMap { ["--exclude-overlap", job.data($0)] }
        + ["--max-new-tokens", "12"],
      ["evaluate", "perplexity"] + patched + ["--text", text, "--window", "16"],
      ["evaluate", "divergence"] + patched + ["--text", text, "--window", "16"],
      ["evaluate", "phrases", "--answers", alone, "--out", alone],
    ]
    for command in commands { #expect(try Program.run(command).status == 0, "\(command)") }
    // What was asked for is in the record of the run.
    for name in ["awareness", "perplexity", "divergence", "phrases"] {
      let path = "\(alone)/\(name).json"
      var document = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
      #expect(document["request"] != nil, "\(name)")
      document["request"] = nil
      try write(JSON.object(document).serialized().utf8, to: path)
    }
    // Measures of which there is no command are in runs only.
    let expected = try results(job.out + "/evaluation").filter { $0.key != "answer-length.json" }
    #expect(try results(alone) == expected)
  }

  /// The result fits a screen: few rows of the selection, verdicts in words, and one warning of cut off answers.
  @Test func theResultIsNotBuried() throws {
    let outcome = try Program.run(
      run.dropLast() + ["--threads", "2", "--question-limit", "7", "--out", job.out])
    #expect(outcome.status == 0, "\(outcome)")
    let lines = outcome.standardOutput.split(separator: "\n").map(String.init)
    let set = try CoupledSet(path: job.out + "/selection.json")
    let selected = set.matrices.count { !$0.indices.isEmpty }
    #expect(selected > 8)
    #expect(lines.count { $0.contains("_proj ") } == 8)
    #expect(
      lines.contains {
        $0.contains("8 matrices with the most selected weights; \(selected - 8) more have some (")
          && $0.contains("selection.json has them)")
      })
    #expect(
      lines.contains { $0.hasPrefix("privacy before ") && $0.contains("refusing or cautious (") })
    #expect(lines.contains { $0.hasPrefix("rate           answers with a listed phrase") })
    // Six questions are too few for an interval and a test.
    #expect(!outcome.standardOutput.contains("McNemar p"))
    #expect(!outcome.standardError.contains(" judged "))
    let warnings = outcome.standardError.split(separator: "\n").filter {
      $0.contains("were cut off")
    }
    #expect(warnings.count <= 1)
    let path = job.out + "/evaluation/awareness.json"
    let document = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
    var cut = 0
    for name in ["privacy", "fairness"] {
      for side in ["before", "after"] {
        cut += try document.required(name, as: JSONObject.self)
          .required(side, as: JSONObject.self).required("cut_off", as: Int.self)
      }
    }
    #expect((cut >= 3) == (warnings.count == 1), "\(cut)")
  }

  @Test func killedMeasuresGoOn() throws {
    let whole = job.path + "/whole"
    #expect(try Program.run(run + ["--threads", "1", "--out", whole]).status == 0)
    let expected = try results(whole)
    // As a kill leaves it: each journal whole, cut in a line, empty or absent, results absent.
    let journals = try FolderContents(of: whole + "/evaluation").digests.keys
      .filter { $0.hasSuffix(".journal") }.sorted()
    #expect(journals.count == 10)
    var generator = SeededGenerator(seed: 5)
    for place in journals.indices {
      let out = job.path + "/cut-\(place)"
      try FileManager.default.copyItem(atPath: whole, toPath: out)
      for name in try FileManager.default.contentsOfDirectory(atPath: out + "/evaluation")
      where !name.hasSuffix(".journal") {
        try FileManager.default.removeItem(atPath: out + "/evaluation/" + name)
      }
      try FileManager.default.removeItem(atPath: out + "/manifest.json")
      let cut = out + "/evaluation/" + journals[place]
      let content = try bytes(of: cut)
      try write(content.prefix(Int.random(in: 0...content.count, using: &generator)), to: cut)
      for later in journals[(place + 1)...] where Bool.random(using: &generator) {
        try FileManager.default.removeItem(atPath: out + "/evaluation/" + later)
      }
      #expect(try Program.run(run + ["--threads", "2", "--out", out]).status == 0)
      #expect(
        try results(out) == expected, "\(journals[place])")
    }
  }

  @Test func sweepsChooseOnOnePartAndReportOnTheOther() throws {
    let scores = job.path + "/scores"
    #expect(try Program.run(["score"] + job.scoring + ["--out", scores, "--quiet"]).status == 0)
    func sweep(_ out: String, _ threads: Int, _ options: String...) throws -> Program.Outcome {
      try Program.run(
        ["sweep", job.model, "--scores", scores, "--count", "5,30", "--rule", "paper,random"]
          + measures + ["--threads", "\(threads)", "--out", out, "--quiet"] + options)
    }
    let (first, second) = (job.path + "/sweep-1", job.path + "/sweep-2")
    let outcome = try sweep(first, 1, "--json")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try sweep(second, 2).status == 0)
    #expect(try results(first) == results(second))
    let path = first + "/sweep.json"
    let document = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
    let rows = try #require(document["candidates"]?.array).map { try $0.requireObject(at: path) }
    #expect(rows.count == 4)
    // The best rate of those that are no controls, and only its edit is written.
    let chosen: Int = try document.required("chosen")
    let rates = try rows.map { try $0.required("mean_rate", as: Double.self) }
    #expect(rows[chosen]["rule"] == "paper")
    // What is printed says which selection that is.
    let printed = try JSON(parsing: Array(outcome.standardOutput.utf8), path: "stdout")
      .requireObject(at: "stdout")
    let selection: JSONObject = try printed.required("selection")
    #expect(
      selection.members.allSatisfy { rows[chosen][$0.key] == $0.value } && selection.count == 9)
    #expect(zip(rows, rates).allSatisfy { $0["rule"] == "random" || $1 <= rates[chosen] })
    let patch = try Patch(path: first + "/patch.json")
    #expect(rows[chosen]["weights"] == JSON(patch.weightCount))
    // Ten questions of each list on each side, none on both.
    for name in ["privacy", "fairness"] {
      func lines(_ file: String) throws -> Set<String> {
        let path = "\(first)/\(file).jsonl"
        return Set(
          try bytes(of: path).split(separator: UInt8(ascii: "\n")).map {
            try JSON(parsing: Array($0), path: path).requireObject(at: path).required("question")
          })
      }
      let validation = try lines("validation/awareness-\(name)-untouched")
      let test = try lines("evaluation/awareness-\(name)-before")
      #expect(validation.count == 10 && test.count == 10)
      #expect(validation.isDisjoint(with: test))
    }
    // A guard that nothing passes ends with the status of a check, after the table.
    let refused = try sweep(job.path + "/sweep-3", 2, "--max-perplexity-ratio", "0.01")
    #expect(refused.status == 2)
    #expect(
      refused.standardError
        == "spin: --max-perplexity-ratio: lets no selection through; controls and selections without a "
        + "weight are not candidates; allow more, or choose other shares\n")
  }

  @Test func rangesOfSharesTakeOneTwoAndFive() throws {
    let scores = job.path + "/scores"
    #expect(try Program.run(["score"] + job.scoring + ["--out", scores, "--quiet"]).status == 0)
    func sweep(_ shares: String) throws -> Program.Outcome {
      try Program.run(
        ["sweep", job.model, "--scores", scores, "--q", shares, "--out", job.path + "/sweep"]
          + measures + ["--quiet"])
    }
    #expect(try sweep("4e-2..0.3,0.02").status == 0)
    let path = job.path + "/sweep/sweep.json"
    let document = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
    let shares = try #require(document["candidates"]?.array).map {
      try $0.requireObject(at: path).required("q", as: Double.self)
    }
    #expect(shares == [0.02, 0.04, 0.05, 0.1, 0.2, 0.3])
    for wrong in ["1e-3..1e-4", "0", "1.5", "1e-3,", "a", "1e-5..1e-4..1e-3"] {
      #expect(try sweep(wrong).status == 64, "\(wrong)")
    }
  }

  @Test func sweepsOfRoundsFindTheRoundsOfRuns() throws {
    #expect(
      try Program.run(run + ["--rounds", "2", "--threads", "2", "--out", job.out]).status == 0)
    let out = job.path + "/sweep"
    let data = made.data
    let outcome = try Program.run(
      ["sweep", job.model, "--scores", job.out + "/scores", "--count", "30", "--rounds", "2"]
        + data + measures + ["--out", out, "--quiet"])
    #expect(outcome.status == 0, "\(outcome)")
    let path = out + "/sweep.json"
    let document = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
    let rows = try #require(document["candidates"]?.array).map { try $0.requireObject(at: path) }
    let patches = try (1...2).map { try Patch(path: "\(job.out)/rounds/\($0)/patch.json") }
    #expect(rows.map { $0["weights"] } == patches.map { JSON($0.weightCount) })
    #expect(rows.map { $0["name"]?.string } == patches.map { String($0.contentDigest.prefix(12)) })
    try expectNoTextOfSwiftValues(in: job.path)
    // Data that were not scored are refused.
    let other = ["--data", "privacy=\(job.data("fairness"))"]
    let refused = try Program.run(
      ["sweep", job.model, "--scores", job.out + "/scores", "--count", "30", "--rounds", "2"]
        + other + measures + ["--out", out, "--quiet"])
    #expect(refused.status == 64)
    #expect(
      job.masked(refused.standardError)
        == "spin: --data: are not the data whose scores are in DIR/out/scores; name the files that "
        + "were scored\n")
  }
}

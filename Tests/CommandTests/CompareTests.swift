// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// `spin compare`: every arm is the run of its own that it says it is, and nothing depends on threads
/// or on being killed.
@Suite(.serialized) struct CompareTests {
  private let made: MeasuredJob
  private var job: SmallJob { made.job }
  private var data: [String] { made.data }
  private var measures: [String] { made.measures }

  init() throws { made = try MeasuredJob() }

  private func compare(
    _ out: String, methods: String, _ options: String..., seeds: String = "3,5"
  ) throws -> Program.Outcome {
    try Program.run(
      ["compare", job.model, "--methods", methods, "--seeds", seeds, "--nsamples", "8"]
        + ["--target-module", "all", "--count", "30"] + data + measures
        + ["--out", out, "--quiet"] + options)
  }

  /// What must not depend on circumstances: no journals, no reports and manifests, which show times.
  private func results(_ folder: String) throws -> [String: String] {
    try FolderContents(of: folder).digests.filter { name, _ in
      !name.hasSuffix(".journal") && !name.hasSuffix("manifest.json")
        && !name.contains("report.")
    }
  }

  private func document(_ out: String, _ name: String = "compare") throws -> JSONObject {
    let path = "\(out)/\(name).json"
    return try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
  }

  @Test func anArmIsTheRunThatItSays() throws {
    let out = job.path + "/comparison"
    let outcome = try compare(
      out, methods: "spin,spin-released,spin-iterated,spin-soft,first,second,general-only,random",
      "--rounds", "2", "--soft-scale", "0.5")
    #expect(outcome.status == 0, "\(outcome)")
    let options: [(method: String, options: [String])] = [
      ("spin", []), ("spin-released", ["--rule", "released-code"]),
      ("spin-iterated", ["--rounds", "2"]), ("spin-soft", ["--scale", "0.5"]),
      ("first", ["--rule", "first"]), ("second", ["--rule", "second"]),
      ("general-only", ["--rule", "general-only"]), ("random", ["--rule", "random"]),
    ]
    let overlap = SmallJob.dataSets.flatMap { ["--exclude-overlap", job.data($0)] }
    for (method, options) in options {
      let alone = job.path + "/alone-\(method)"
      let run = try Program.run(
        ["run", job.model, "--seed", "5", "--nsamples", "8", "--target-module", "all"]
          + ["--count", "30"] + data + measures + overlap + options
          + ["--out", alone, "--quiet"])
      #expect(run.status == 0, "\(run)")
      for file in [
        "patch.json", "selection.json", "evaluation/awareness.json", "evaluation/perplexity.json",
        "evaluation/divergence.json", "evaluation/awareness-fairness-before.jsonl",
      ] {
        #expect(
          try bytes(of: "\(out)/\(method)-n-8-seed-5/\(file)") == bytes(of: "\(alone)/\(file)"),
          "\(method): \(file)")
      }
    }
  }

  @Test func changesAreMeansOverTheSeeds() throws {
    let out = job.path + "/comparison"
    #expect(try compare(out, methods: "spin,random").status == 0)
    let document = try document(out)
    let methods = try document.required("methods", as: [JSONObject].self)
    #expect(methods.map { $0["method"] } == ["spin", "random"])
    let random = try methods[1].required("awareness", as: JSONObject.self)
      .required("fairness", as: JSONObject.self)
    let arms = try document.required("arms", as: [JSONObject].self)
    #expect(
      arms.map { $0["folder"] } == [
        "spin-n-8-seed-3", "random-n-8-seed-3", "spin-n-8-seed-5", "random-n-8-seed-5",
      ])
    let changes = try [arms[1], arms[3]].map {
      try $0.required("measures", as: JSONObject.self)
        .required("awareness", as: JSONObject.self).required("fairness", as: JSONObject.self)
        .required("comparison", as: JSONObject.self)
    }
    for (name, key) in [("mean", "change"), ("lower", "change_lower"), ("upper", "change_upper")] {
      let values = try changes.map { try $0.required(key, as: Double.self) }
      #expect(try random.required(name, as: Double.self) == (values[0] + values[1]) / 2)
    }
    #expect(random["p_values"] == .array(changes.map { $0["p_value"] ?? .null }))
    // One of the twenty questions stands among the prompts.
    #expect(
      try arms[0].required("measures", as: JSONObject.self)
        .required("awareness", as: JSONObject.self).required("privacy", as: JSONObject.self)["n"]
        == 19)
    #expect(methods[0]["spin_advantage"] == [:])
    #expect(try methods[1].required("spin_advantage", as: JSONObject.self).keys.count == 2)
  }

  @Test func nothingDependsOnThreadsOrOnBeingKilled() throws {
    let whole = job.path + "/whole"
    #expect(try compare(whole, methods: "spin,random", "--threads", "1").status == 0)
    let expected = try results(whole)
    #expect(expected["compare.json"] != nil)
    // Those of other arms that are copies of the origin's are whole, or not there.
    let journals = try FolderContents(of: whole).digests.keys
      .filter {
        $0.hasSuffix("-after.journal") || $0.hasPrefix("origin/") && $0.hasSuffix(".journal")
      }
      .sorted()
    var generator = SeededGenerator(seed: 7)
    for place in stride(from: 0, to: journals.count, by: 3) {
      let out = job.path + "/cut-\(place)"
      try FileManager.default.copyItem(atPath: whole, toPath: out)
      try FileManager.default.removeItem(atPath: out + "/compare.json")
      let cut = "\(out)/\(journals[place])"
      let content = try bytes(of: cut)
      try write(content.prefix(Int.random(in: 0...content.count, using: &generator)), to: cut)
      for later in journals[(place + 1)...] where Bool.random(using: &generator) {
        try FileManager.default.removeItem(atPath: "\(out)/\(later)")
      }
      for folder in ["random-n-8-seed-3", "spin-n-8-seed-5"]
      where Bool.random(using: &generator) {
        try FileManager.default.removeItem(atPath: "\(out)/\(folder)")
      }
      #expect(try compare(out, methods: "spin,random", "--threads", "3").status == 0)
      #expect(try results(out) == expected, "\(journals[place])")
    }
  }

  /// Damaged scores of an earlier comparison are in the way; --restart keeps them aside, discards all else that
  /// comparisons write, and nothing of others.
  @Test func restartDiscardsWhatComparisonsWrite() throws {
    let (out, fresh) = (job.path + "/comparison", job.path + "/fresh")
    #expect(try compare(out, methods: "spin,random,first").status == 0)
    #expect(try compare(fresh, methods: "spin", "--threads", "1", seeds: "3").status == 0)
    let others = [
      "notes.txt", "origin/mine", "lora-seed-x/model", "spin-n-08-seed-3/a", "scores-n-8-seed-/b",
    ]
    for name in others {
      let path = "\(out)/\(name)"
      try FileManager.default.createDirectory(
        atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]),
        withIntermediateDirectories: true)
      try write("mine".utf8, to: path)
    }
    // What is left of scores that other data gave.
    let damaged = ["scores-n-8-seed-3/privacy.safetensors", "spin-n-8-seed-3/patch.json"]
    for name in damaged { try write("damaged".utf8, to: "\(out)/\(name)") }
    #expect(try compare(out, methods: "spin", seeds: "3").status != 0)
    let outcome = try compare(out, methods: "spin", "--restart", seeds: "3")
    #expect(outcome.status == 0, "\(outcome)")
    var found = try results(out)
    for name in others {
      #expect(found.removeValue(forKey: name) != nil, "\(name)")
      guard !name.hasPrefix("origin/") else { continue }
      found[name.split(separator: "/").dropLast().joined(separator: "/")] = nil
    }
    for name in damaged { #expect(found.removeValue(forKey: name + ".changed") != nil) }
    let expected = try results(fresh)
    #expect(found == expected)
  }

  @Test func trainedArmsAreThoseOfTheCommandThatTrains() throws {
    let (out, alone) = (job.path + "/comparison", job.path + "/alone")
    let training = ["--max-steps", "3", "--no-append-eos"]
    let outcome = try Program.run(
      [
        "compare", job.model, "--methods", "spin,full,lora,dora,loreft", "--seeds", "3,5",
        "--nsamples",
        "8",
      ]
        + ["--target-module", "all", "--count", "30", "--train", job.data("privacy")]
        + ["--learning-rate", "full=1e-2", "--lora-r", "2", "--target-modules", "all-linear"]
        + ["--loreft-rank", "2", "--loreft-positions", "f1+l2"]
        + training + data + measures
        + ["--out", out, "--quiet"])
    #expect(outcome.status == 0, "\(outcome)")
    let trained = try Program.run(
      ["train", "full", job.model, "--data", job.data("privacy"), "--learning-rate", "1e-2"]
        + ["--seed", "5", "--out", alone, "--quiet"] + training)
    #expect(trained.status == 0, "\(trained)")
    let model = out + "/full-seed-5/model"
    #expect(
      try bytes(of: model + "/model.safetensors") == bytes(of: alone + "/model.safetensors"))
    // What was measured after is what that model does by itself.
    let measured = try Program.run(
      ["evaluate", "perplexity", alone, "--text", made.text, "--window", "16", "--json", "--quiet"])
    let path = out + "/full-seed-5/evaluation/perplexity.json"
    let document = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
    let result = try JSON(parsing: Array(measured.standardOutput.utf8), path: "")
      .requireObject(at: "")
    #expect(document["after"] == result["result"])
    #expect(document["trained"]?.object?["kind"] == "full")
    let methods = try self.document(out).required("methods", as: [JSONObject].self)
    #expect(methods.map { $0["method"] } == ["spin", "full", "lora", "dora", "loreft"])
    #expect(try methods[1].required("spin_advantage", as: JSONObject.self).keys.count == 2)
    let report = String(decoding: try bytes(of: out + "/report.md"), as: UTF8.self)
    #expect(report.contains("**More phrases than training?"))
    let low = ["--lora-r", "2", "--target-modules", "all-linear"]
    for (method, file, options) in [
      ("lora", "adapter_model", low), ("dora", "adapter_model", low),
      ("loreft", "reft_model", ["--rank", "2", "--positions", "f1+l2"]),
    ] {
      let adapter = "\(job.path)/\(method)"
      let trained = try Program.run(
        ["train", method, job.model, "--data", job.data("privacy"), "--seed", "5"]
          + options + ["--out", adapter, "--quiet"] + training)
      #expect(trained.status == 0, "\(trained)")
      let folder = "\(out)/\(method)-seed-5"
      #expect(
        try bytes(of: "\(folder)/adapter/\(file).safetensors")
          == bytes(of: "\(adapter)/\(file).safetensors"))
      let alone = "\(job.path)/\(method)-measured"
      let measured = try Program.run(
        ["evaluate", "perplexity", job.model, "--adapter", adapter, "--text", made.text]
          + ["--window", "16", "--out", alone, "--quiet"])
      #expect(measured.status == 0, "\(measured)")
      var result = try self.document(alone, "perplexity")
      // What was asked for is in the record of the comparison.
      result["request"] = nil
      #expect(try self.document(folder + "/evaluation", "perplexity") == result)
    }
    let untrained = try compare(job.path + "/other", methods: "full")
    #expect(untrained.status == 64)
    #expect(
      untrained.standardError
        == "spin: --train: is missing, and full is trained; give --train FILE\n")
  }

  @Test func theReportNamesEveryMethod() throws {
    let out = job.path + "/comparison"
    #expect(try compare(out, methods: "spin,random", seeds: "3").status == 0)
    let made = String(decoding: try bytes(of: out + "/report.md"), as: UTF8.self)
    #expect(try Program.run(["report", out]).standardOutput == made)
    for part in [
      "# 2 methods compared", "**Does it hurt?", "## How to repeat it",
      "**More phrases than controls?", "| untouched |", "| spin |",
      "| random |",
      "## SPIN compared with the others", "## spin-n-8-seed-3",
    ] { #expect(made.contains(part), "\(part)") }
  }

  /// The table on the terminal, in the report and in its three files is one, and its numbers are those of the
  /// arms' own reports.
  @Test func theTableIsThePapers() throws {
    let out = job.path + "/comparison"
    let outcome = try compare(out, methods: "spin,random")
    #expect(outcome.status == 0)
    func text(_ name: String) throws -> String {
      String(decoding: try bytes(of: "\(out)/\(name)"), as: UTF8.self)
    }
    let table = try text("table.md")
    #expect(try text("report.md").contains(table.dropLast()))
    for name in ["table.md", "table.csv", "table.tex", "Rates of each method", "perplexity"] {
      #expect(outcome.standardOutput.contains(name) || table.contains(name), "\(name)")
    }
    #expect(try text("table.tex").contains("\\toprule"))
    // Perplexity changes in percent, on the terminal as on the page.
    let changes = outcome.standardOutput.split(separator: "\n").drop {
      !$0.contains("changes from")
    }
    let spin = try #require(changes.first { $0.hasPrefix("spin ") })
    #expect(spin.contains("%") && !spin.contains(" x0.") && !spin.contains(" x1."), "\(spin)")
    let lines = try text("table.csv").split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let arms = try document(out).required("arms", as: [JSONObject].self)
    // The value of `random` is the mean of its two arms', and the untouched model has that of any.
    let rates = try [arms[1], arms[3]].map {
      try $0.required("measures", as: JSONObject.self)
        .required("awareness", as: JSONObject.self).required("fairness", as: JSONObject.self)
    }
    func value(_ method: String, _ key: Int) throws -> Double {
      let line = try #require(
        lines.first { $0[0] == method && $0[5] == "refusal_or_caution" && $0[6] == "fairness" })
      return try #require(Double(line[key]))
    }
    let after = try rates.map { try $0.required("after", as: Double.self) }
    #expect(try value("random", 8) == (after[0] + after[1]) / 2)
    #expect(try value("random", 11) == min(after[0], after[1]))
    #expect(try value("origin", 8) == rates[0].required("before", as: Double.self))
    #expect(try value("origin", 7) == Double(rates[0].required("n", as: Int.self)))
    // Who judged, and of how many answers a rate says little.
    #expect(
      lines[0].suffix(5) == ["judge", "empty_least", "empty_most", "cut_off_least", "cut_off_most"])
    let judges = Set(lines.filter { $0[5] == "refusal_or_caution" }.map { $0[20] })
    #expect(judges == ["phrases (heuristic)"])
    #expect(try value("origin", 21) >= 0 && value("origin", 24) <= value("origin", 7))
    #expect(table.contains(" empty, ") && table.contains(" cut off"))
  }

  /// Scores of an earlier run are used for the arms that are theirs, and make the same edits.
  @Test func scoresOfAnEarlierRunAreUsed() throws {
    let (whole, out) = (job.path + "/whole", job.path + "/comparison")
    #expect(try compare(whole, methods: "spin,random").status == 0)
    let scores = whole + "/scores-n-8-seed-3"
    #expect(try compare(out, methods: "spin,random", "--scores", scores).status == 0)
    #expect(!FileManager.default.fileExists(atPath: out + "/scores-n-8-seed-3"))
    #expect(FileManager.default.fileExists(atPath: out + "/scores-n-8-seed-5"))
    for seed in [3, 5] {
      let patch = "/spin-n-8-seed-\(seed)/patch.json"
      #expect(try bytes(of: out + patch) == bytes(of: whole + patch), "\(seed)")
    }
    // An arm's report shows the scores, which are not in its own folder.
    for folder in [whole, out] {
      for seed in [3, 5] {
        let page = try text(of: "\(folder)/spin-n-8-seed-\(seed)/report.md")
        #expect(page.contains("Scores and the cut"), "\(folder) \(seed)")
        #expect(!page.contains("The distribution of scores"))
      }
    }
    // Scores of neither seed are an error, as is an option that nothing needs.
    let other = try compare(
      job.path + "/other", methods: "spin", "--scores", whole + "/scores-n-8-seed-5", seeds: "7")
    #expect(other.status == 64 && other.standardError.contains("--scores: "), "\(other)")
    #expect(!FileManager.default.fileExists(atPath: job.path + "/other"))
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let cases: [(options: [String], message: String)] = [
      (
        ["--methods", "origin"],
        "--methods: names nothing to compare the untouched model with; name a method"
      ),
      (["--seeds", "1,1"], "--seeds: names nothing, or something twice; name each once"),
      (
        ["--q", "2"],
        "--q: is 2, expected above 0 and at most 1"
      ),
      (
        ["--pair", "privacy,general"],
        "--pair, --general: name \"privacy\", \"general\", \"general\", expected three different"
      ),
      (["--nsamples", "13"], "DIR/privacy.csv: has 12 rows, 13 samples are requested; request at"),
      (
        ["--nsamples", "8", "--pair", "privacy,other"],
        "--pair: names \"other\", which is not among the data sets"
      ),
    ]
    for (options, message) in cases {
      let outcome = try Program.run(
        ["compare", job.model] + data + measures + ["--out", job.out, "--quiet"] + options)
      #expect(outcome.status != 0)
      #expect(job.masked(outcome.standardError).hasPrefix("spin: " + message), "\(outcome)")
      #expect(!FileManager.default.fileExists(atPath: job.out), "\(options)")
    }
    let unasked = try Program.run(["compare", job.model] + data + ["--out", job.out])
    #expect(unasked.status == 64)
  }
}

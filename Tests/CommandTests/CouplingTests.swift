// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// `spin evaluate coupling` and `phrases`, as commands and as the library calls behind them.
struct CouplingTests {
  private let job: SmallJob
  private var patch: String { job.out + "/patch.json" }

  init() throws {
    job = try SmallJob()
    let letters = "abcdefghijklmnopqrst"
    for (name, end) in [("privacy", "in the"), ("fairness", "a the in")] {
      let rows = letters.enumerated().map { index, letter in
        "\"the \(letter) \(String(repeating: "a \(letter)", count: index % 4)) \(end)?\"\n"
      }
      try write(("questions\n" + rows.joined()).utf8, to: questions(name))
    }
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
  }

  private func questions(_ name: String) -> String { "\(job.path)/\(name)-questions.csv" }

  private func coupling(_ model: String, _ options: String...) -> [String] {
    [
      "evaluate", "coupling", model, "--pair", "privacy=\(questions("privacy"))", "--pair",
      "fairness=\(questions("fairness"))", "--count", "12", "--permutations", "60", "--quiet",
    ] + options
  }

  private func library(
    _ model: LanguageModel, options: CouplingOptions = CouplingOptions(permutationCount: 60)
  ) throws -> CouplingResult {
    func side(_ name: String) throws -> QuestionPairs.Side {
      .init(name: name, list: try TextList(path: questions(name), column: "questions"))
    }
    let pairs = try QuestionPairs(
      first: side("privacy"), second: side("fairness"), count: 12, seed: 0)
    return try CouplingResult(
      of: model, pairs: pairs, options: options, on: Execution(threads: 2))
  }

  @Test func couplingDoesNotDependOnThreads() throws {
    var expected: [String: String]?
    for threads in [1, 2, 3] {
      let out = "\(job.path)/coupling-\(threads)"
      let outcome = try Program.run(
        coupling(
          job.model, "--patch", patch, "--sweep", "1,400", "--out", out, "--threads",
          "\(threads)"))
      #expect(outcome.status == 0, "\(outcome)")
      let digests = try FolderContents(of: out).digests
      #expect(digests.keys.sorted() == ["coupling.json"])
      #expect(expected == nil || digests == expected)
      expected = digests
    }
  }

  @Test func theEditInMemoryIsThatOfTheSavedCopy() throws {
    let copy = job.path + "/copy"
    #expect(try Program.run(["patch", "apply", job.model, patch, "--out", copy]).status == 0)
    let both = try layers(coupling(job.model, "--patch", patch, "--sweep", "3", "--json"))
    let before = try layers(coupling(job.model, "--sweep", "3", "--json"))
    let after = try layers(coupling(copy, "--sweep", "3", "--json"))
    #expect(both.count == 2 && before.count == 2)
    for (index, layer) in both.enumerated() {
      #expect(layer["before"] == before[index]["result"])
      #expect(layer["after"] == after[index]["result"])
      #expect(layer["before"] != layer["after"])
      #expect(layer["null"]?.object?["after"] == after[index]["null"]?.object?["result"])
      #expect(layer["sweep"]?.object?["after"] == after[index]["sweep"]?.object?["result"])
    }
  }

  @Test func valuesAreThoseOfTheStatesAndNumPysPermutations() throws {
    let model = try LanguageModel(path: job.model)
    let found = try library(model)
    var generator = NumPyGenerator(seed: 0)
    let pairings = (0..<60).map { _ in generator.permutation(12) }
    // Rows of each file: default_rng(0).permutation(20)[:12] of numpy 2.4.6.
    let drawn = [4, 19, 6, 2, 13, 16, 3, 11, 10, 8, 0, 12]
    func texts(_ name: String) throws -> [[Int32]] {
      let all = try TextList(path: questions(name), column: "questions").texts
      return drawn.map { model.tokenizer.encode(all[$0]) }
    }
    let reader = HiddenStateReader(model.decoder, on: Execution(threads: 1))
    var sides: [[HiddenStates]] = []
    for name in ["privacy", "fairness"] {
      var states: [HiddenStates] = []
      try reader.read(texts(name)) { states.append($0) }
      sides.append(states)
    }
    for layer in found.layers.indices {
      let (x, y) = (VectorSample(sides[0][layer].mean), VectorSample(sides[1][layer].mean))
      let (u, v) = (VectorSample(sides[0][layer].last), VectorSample(sides[1][layer].last))
      let expected: [LayerCoupling.Measure: Dependence] = [
        .hsic: .hsic(x.squaredDistances, y.squaredDistances, sigma: 50),
        .hsicNormalized: .normalizedHSIC(
          u.squaredDistances, v.squaredDistances, sigma: 50, dimension: u.dimension),
        .cka: .linearCKA(x.squaredDistances, y.squaredDistances),
      ]
      for (measure, dependence) in expected {
        #expect(
          found.layers[layer][measure] == PermutationTest(dependence, pairings: pairings),
          "\(layer) \(measure)")
      }
    }
    let other = try library(model, options: CouplingOptions(permutationCount: 60, seed: 1))
    #expect(other.layers[0][.hsic].value == found.layers[0][.hsic].value)
    #expect(other.layers[0][.hsic].permuted != found.layers[0][.hsic].permuted)
  }

  @Test func noEditIsNoChange() throws {
    let evaluation = try library(LanguageModel(path: job.model))
    let comparison = CouplingChange(before: evaluation, after: evaluation)
    for measure in LayerCoupling.Measure.allCases {
      for change in comparison.changes[measure] ?? [] {
        #expect(change.relative.value == 0 && change.relative.permuted.allSatisfy { $0 == 0 })
        #expect(change.adjustedPValue == 1)
      }
    }
  }

  @Test func tablesShowEveryLayer() throws {
    let pair = try Program.run(coupling(job.model, "--patch", patch, "--sweep", "2.5"))
    #expect(pair.status == 0 && pair.standardError == "")
    let lines = pair.standardOutput.split(separator: "\n")
    #expect(
      lines.first
        == "12 pairs of privacy and fairness questions, drawn and paired by seed 0; 60 other pairings"
    )
    #expect(lines.contains("HSIC, mean of tokens, sigma 50"))
    #expect(lines.count { $0.hasPrefix("0 ") } == 4 && lines.count { $0.hasPrefix("1 ") } == 4)
    let single = try Program.run(coupling(job.model))
    #expect(single.status == 0 && single.standardOutput.contains("linear CKA, mean of tokens"))
  }

  @Test func wrongPairsAreSaid() throws {
    func message(_ arguments: [String]) throws -> String {
      let outcome = try Program.run(arguments)
      #expect(outcome.status != 0 && outcome.standardOutput == "")
      return String(job.masked(outcome.standardError).split(separator: "\n")[0])
    }
    #expect(
      try message(coupling(job.model) + ["--count", "21"])
        == "spin: the questions \"privacy\": are 20, and 21 are to be drawn; draw 20 or fewer "
        + "(--coupling-pairs)")
    let one = ["evaluate", "coupling", job.model, "--pair", "a=\(questions("privacy"))"]
    #expect(
      try message(one)
        == "spin: give --questions NAME=FILE twice; see spin evaluate coupling "
        + "--help")
    #expect(
      try message(one + one.suffix(2))
        == "spin: --questions: names the same kind twice; see spin evaluate coupling "
        + "--help")
    for (option, line) in [
      (["--count", "1"], "--coupling-pairs: must be at least 2"),
      (["--sigma", "0"], "--sigma: must be positive"),
      (["--permutations", "0"], "--permutations: must be at least 1"),
      (["--sweep", "1,,2"], "--sweep: is \"1,,2\", expected <widths>"),
      (["--sweep", "-1"], "--sweep: has no value, expected <widths>"),
    ] {
      #expect(try message(coupling(job.model) + option).hasPrefix("spin: \(line)"), "\(option)")
    }
  }

  @Test func phrasesAreCountedInTheAnswersThatAreThere() throws {
    let out = job.path + "/awareness"
    let awareness = [
      "evaluate", "awareness", job.model, "--patch", patch, "--questions",
      "fairness=\(questions("fairness"))", "--max-new-tokens", "6", "--out", out, "--quiet",
    ]
    #expect(try Program.run(awareness).status == 0)
    try write("the\nnever in any answer\n".utf8, to: job.path + "/phrases.txt")
    let phrases = [
      "evaluate", "phrases", "--answers", out, "--phrases", job.path + "/phrases.txt",
    ]
    let outcome = try Program.run(phrases + ["--out", out, "--json"])
    #expect(outcome.status == 0 && outcome.standardError == "")
    #expect(try text(of: out + "/phrases.json") == outcome.standardOutput)
    let document = try JSON(parsing: Array(outcome.standardOutput.utf8), path: "stdout").object
    let model = try JSON(
      parsing: bytes(of: out + "/awareness.json"), path: "awareness.json"
    ).object
    for key in ["model", "model_sha256", "patch_weights"] {
      #expect(document?[key] != nil && document?[key] == model?[key], "\(key)")
    }
    let set = document?["fairness"]?.object
    #expect(set?["n"] == 20)
    let rows = set?["phrases"]?.array?.compactMap(\.object) ?? []
    for side in ["before", "after"] {
      let answers = try AnswerFile(path: "\(out)/awareness-fairness-\(side).jsonl").answers
      let count = answers.count { $0.answer.lowercased().contains("the") }
      #expect(rows[0]["\(side)_count"] == JSON(count))
      #expect(rows[1]["\(side)_count"] == 0)
    }
    let table = try Program.run(phrases)
    #expect(
      table.standardOutput.hasPrefix(
        "fairness    20 answers before, as many after; phrases of the file\nphrase "))
    #expect(
      table.standardOutput.contains("\"the\" ")
        && table.standardOutput.contains("at least one of the 2"))
    #expect(table.standardOutput.contains("No rate rests on these phrases"))
    #expect(table.standardOutput.contains("phrases occur in no answer\n"))
  }

  private func layers(_ arguments: [String]) throws -> [JSONObject] {
    let outcome = try Program.run(arguments)
    #expect(outcome.status == 0, "\(outcome)")
    return try JSON(parsing: Array(outcome.standardOutput.utf8), path: "stdout")
      .object?["layers"]?.array?.compactMap(\.object) ?? []
  }
}

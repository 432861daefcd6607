// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINPatch
import SPINReport
import SPINTestSupport
import Testing

/// The card beside an edited model.
struct ModelCardTests {
  private static let base = """
    ---
    license: other
    license_name: tongyi-qianwen
    license_link: >-
      https://example.com/LICENSE
    language:
    - en
    - de
    tags: [chat]
    ---

    # Base model

    Its own text.

    """

  private func card(_ run: MadeRun) throws -> ModelCard {
    try ModelCard(of: run.path, baseModel: "org/tiny", dataSets: ["PKU/Beaver", "a: b"])
  }

  @Test func frontMatterIsWhatTheHubReads() throws {
    let text = try card(MadeRun()).text(before: Self.base)
    let expected = """
      ---
      license: other
      license_name: tongyi-qianwen
      license_link: >-
        https://example.com/LICENSE
      language:
      - en
      - de
      base_model: org/tiny
      base_model_relation: finetune
      library_name: transformers
      pipeline_tag: text-generation
      tags:
      - spin
      - neuron-suppression
      - fairness
      - privacy
      datasets:
      - PKU/Beaver
      - "a: b"
      ---

      """
    #expect(text.hasPrefix(expected))
    #expect(text.hasSuffix("# Base model\n\nIts own text.\n"))
    // What is not taken over stands in a comment, so that it can be put back.
    #expect(!text.prefix(expected.count).contains("[chat]"))
    #expect(EditCard(text).baseCard == Self.base)
  }

  @Test func cardHoldsNumbersAndTheWayBack() throws {
    let run = try MadeRun()
    let text = try card(run).text()
    for line in [
      "# org/tiny, edited with SPIN",
      "| fairness refusal or caution, by listed phrases | 9 | – | – | 37.5% | 66.7% | +28.1 points | +3.1 points to +53.1 points | 0.0078 | 0.039 | higher |",
      "| perplexity | 8 | – | – | 8.000 | 11.31 | +41.42% | +6.25% to +75.00% | 0.0050 | 0.030 | worse |",
      "| rule | paper |", "| rounds | 2 |", "| factor | 0 |", "| 0 | 2 | 2 | 4 |",
      "spin patch revert MODEL patch.json --in-place  # back to the base model, bit by bit",
      "spin run org/tiny --data privacy=privacy.csv --out run",
    ] { #expect(text.contains(line + "\n") == true, "\(line)") }
    #expect(text.contains("(SHA-256 `"))
    #expect(text.contains("This is org/tiny with 8 weights in 4 matrices set to zero."))
    // No folder of the machine, neither of data nor of models nor of the run.
    for place in ["/home", "/secret", run.path] { #expect(!text.contains(place)) }
  }

  @Test func onlyTheCardChangesAndWritingItAgainChangesNothing() throws {
    let run = try MadeRun()
    let model = run.path + "/model"
    try FileManager.default.createDirectory(atPath: model, withIntermediateDirectories: false)
    try run.write("weights", to: "model/model.safetensors")
    try run.write(Self.base, to: "model/README.md")
    try card(run).write(to: model)
    let first = try String(contentsOfFile: model + "/README.md", encoding: .utf8)
    #expect(first.contains("\n# org/tiny, edited with SPIN\n") && first.contains("# Base model"))
    try card(run).write(to: model)
    #expect(try String(contentsOfFile: model + "/README.md", encoding: .utf8) == first)
    #expect(try String(contentsOfFile: model + "/model.safetensors", encoding: .utf8) == "weights")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: model).sorted() == [
        "README.md", "model.safetensors",
      ])
  }

  @Test func aModelWithoutACardGetsOne() throws {
    let run = try MadeRun()
    let text = try card(run).text()
    #expect(text.hasPrefix("---\nbase_model: org/tiny\n") && text.hasSuffix("\n"))
    #expect(!text.contains("license"))
    #expect(try card(run).text(before: text) == text)
  }

  @Test func baseModelIsANameAndNoFolder() throws {
    let run = try MadeRun()
    #expect(try ModelCard(of: run.path).baseModel == "tiny")
    #expect(try ModelCard(of: run.path, baseModel: "/home/me/Qwen2-7B/").baseModel == "Qwen2-7B")
    #expect(
      throws: SPINError(
        .missingInput, at: run.path + "/model", "is not the folder of a saved model",
        remedy: "save it with `spin run --save-model`")
    ) { try card(run).write(to: run.path + "/model") }
    try run.remove("patch.json")
    #expect(
      throws: SPINError(
        .missingInput, at: run.path, "has no patch.json",
        remedy: "give the folder that `spin run` wrote")
    ) { try ModelCard(of: run.path) }
  }

  /// The command names what others can get: the model by its name on the Hub where it has one.
  @Test func theCommandNamesTheModelAsOthersFindIt() throws {
    let run = try MadeRun()
    let local = try ModelCard(of: run.path).text()
    #expect(local.contains("\nspin run tiny --data privacy=privacy.csv --out run\n"))
    #expect(local.contains(" `tiny` stands for the folder of the base model."))
    #expect(try !card(run).text().contains("stands for the folder"))
  }

  /// How many answers say little stands beside each rate.
  @Test func theCardCountsEmptyAndCutOffAnswers() throws {
    let run = try MadeRun()
    try run.edit("evaluation/awareness.json") { object in
      for (side, cut) in [("before", 5), ("after", 7)] {
        guard var list = object["fairness"]?.object, var result = list[side]?.object else { return }
        result["empty"] = 1
        result["cut_off"] = JSON(cut)
        list[side] = .object(result)
        object["fairness"] = .object(list)
      }
    }
    let text = try card(run).text()
    #expect(text.contains("| fairness refusal or caution, by listed phrases | 9 | 1 → 1 | 5 → 7 |"))
    #expect(text.contains("answers that ended at the token limit"))
  }

  /// What somebody wrote into the card of an edit is not lost, and what was given for it stays.
  @Test func aChangedCardIsNotWrittenOver() throws {
    let run = try MadeRun()
    let model = run.path + "/model"
    try FileManager.default.createDirectory(atPath: model, withIntermediateDirectories: false)
    try run.write(Self.base, to: "model/README.md")
    try card(run).write(to: model)
    let given = try ModelCard.given(in: model)
    #expect(given.baseModel == "org/tiny" && given.dataSets == ["PKU/Beaver", "a: b"])
    let whole = try String(contentsOfFile: model + "/README.md", encoding: .utf8)
    // The base model's own text is not ours, and stays whatever it says.
    try run.write(whole + "More of the base.\n", to: "model/README.md")
    try card(run).write(to: model)
    #expect(
      try String(contentsOfFile: model + "/README.md", encoding: .utf8)
        == whole + "More of the base.\n")
    for changed in [
      whole.replacing("# org/tiny, edited", with: "# My tiny, edited"),
      whole.replacing("- privacy\n", with: "- privacy\n- mine\n"),
    ] {
      try run.write(changed, to: "model/README.md")
      #expect(
        throws: SPINError(
          .cannotCreate, at: model + "/README.md",
          "is a card of spin that was changed since it was written", remedy: "move it away")
      ) { try card(run).write(to: model) }
      #expect(try String(contentsOfFile: model + "/README.md", encoding: .utf8) == changed)
    }
    // A card of an earlier version cannot tell.
    let seal = try #require(
      whole.split(separator: "\n").first { $0.hasPrefix("<!-- spin-sha256:") })
    try run.write(whole.replacing(seal + "\n", with: ""), to: "model/README.md")
    #expect(throws: SPINError.self) { try card(run).write(to: model) }
    try card(run).write(to: model, isRecorded: true)
    #expect(try String(contentsOfFile: model + "/README.md", encoding: .utf8) == whole)
  }

  /// Cards come with downloads: a value of many lines costs each of them once.
  @Test func longValuesCostTheirLength() {
    let growth = Growth.eightfold(
      from: 8_000,
      { count in
        (count, "---\nlicense: mit\n" + String(repeating: "\n", count: count) + "---\nbody")
      }
    ) { count, card in
      let lines = FrontMatter.split(card).frontMatter.lines(of: ["license"])
      #expect(lines.count == count + 1)
    }
    #expect(growth < Growth.bound)
  }

  @Test func frontMatterIsFoundWhereThereIsOne() {
    for (card, keys, text) in [
      ("---\nlicense: mit\n---\nbody", ["license"], "body"),
      ("---\r\nlicense: mit\r\ntags:\r\n- a\r\n---\r\nbody", ["license", "tags"], "body"),
      ("---\nlicense: mit\nno end", [], "---\nlicense: mit\nno end"),
      ("# title\n---\nlicense: mit\n---\n", [], "# title\n---\nlicense: mit\n---\n"),
      ("---\n---\nbody", [], "body"), ("", [], ""),
    ] {
      let parts = FrontMatter.split(card)
      #expect(parts.frontMatter.entries.map(\.key) == keys, "\(card)")
      #expect(parts.text == text)
    }
    #expect(
      ["a/b-1.0", "yes", "1.0", "a: b", "x\"y\\", "l1\nl2", ""].map(FrontMatter.scalar)
        == ["a/b-1.0", "\"yes\"", "\"1.0\"", "\"a: b\"", "\"x\\\"y\\\\\"", "\"l1\\nl2\"", "\"\""])
  }
}

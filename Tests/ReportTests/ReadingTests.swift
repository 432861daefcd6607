// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINPatch
import SPINReport
import SPINStorage
import SPINTestSupport
import Testing

/// Files that are not what they should be: one error that names file and key, never a trap.
struct ReadingTests {
  private func message(_ run: MadeRun) -> String? {
    do {
      _ = try run.report()
      return nil
    } catch {
      return "\(error)".replacing(run.path, with: "RUN")
    }
  }

  /// Every number of every file of a run, near the ends of 64 bits and of Double: a page, or an error that names the
  /// file; nothing else.
  @Test func noNumberEndsTheProgram() throws {
    let files =
      MadeRun.measures.map { "evaluation/\($0).json" }
      + ["manifest.json", "selection.json", "patch.json", "data.json", "sweep.json"]
    var tried = 0
    for file in files {
      let run = try MadeRun()
      guard FileSystem.status(run.path + "/" + file) != nil else { continue }
      let bytes = try FileSystem.read(run.path + "/" + file)
      let whole = try JSON(parsing: bytes, path: file)
      for count in 0..<AbsurdNumbers(in: whole).count {
        for value in [JSON.integer(.max), 9_007_199_254_740_992, -1, 1e308] {
          try run.write(AbsurdNumbers(in: whole).replaced(count, by: value), to: file)
          tried += 1
          do {
            let report = try run.report()
            _ = (report.html, report.json(toolVersion: "0"))
          } catch let error as SPINError {
            #expect("\(error)".contains(run.path), "\(file), number \(count): \(error)")
          }
        }
      }
    }
    #expect(tried > 1_000)
  }

  @Test func wrongMembersAreNamed() throws {
    for (file, change, expected) in [
      (
        "evaluation/perplexity.json", { $0["schema"] = "perplexity/2" },
        "RUN/evaluation/perplexity.json: key \"schema\": is \"perplexity/2\", expected "
          + "\"perplexity/1\"; make the file again with this version of spin"
      ),
      (
        "evaluation/perplexity.json", { $0["before"] = "8" },
        "RUN/evaluation/perplexity.json: key \"before\": is \"8\", expected an object"
      ),
      (
        "evaluation/choices.json", { $0["tasks"] = ["boolq": ["before": [:], "after": [:]]] },
        "RUN/evaluation/choices.json: key \"tasks.boolq.after.n\": is missing, expected an integer"
      ),
      (
        "evaluation/coupling.json", { $0["layers"] = [["layer": -1, "result": [:]]] },
        "RUN/evaluation/coupling.json: key \"layers[0].layer\": is -1, expected the number of a layer"
      ),
      (
        "evaluation/choices.json",
        { $0["model_sha256"] = .string(String(repeating: "0", count: 64)) },
        "RUN/evaluation/choices.json: is of the model 000000000000, RUN/manifest.json of "
          + "\(MadeRun.modelHash.prefix(12)); measure the model of the run again, or remove the file"
      ),
      (
        "evaluation/phrases.json", { $0["patch_weights"] = 9 },
        "RUN/evaluation/phrases.json: key \"patch_weights\": is 9, the patch of the run has 8 "
          + "weights; measure again with the patch of the run"
      ),
      (
        "manifest.json", { $0["arguments"] = .null },
        "RUN/manifest.json: key \"arguments\": is null, expected an array, each element a string"
      ),
    ] as [(String, (inout JSONObject) -> Void, String)] {
      let run = try MadeRun()
      try run.edit(file, change)
      #expect(message(run) == expected)
    }
  }

  @Test func wrongAnswersAreNamed() throws {
    let run = try MadeRun()
    let file = "evaluation/awareness-fairness-after.jsonl"
    let line = #"{"index":0,"question":"q","answer":"a","verdict":"safe"}"#
    for (text, expected) in [
      (line + "\n" + line, "line 2: repeats the index 0"),
      (line + "\n{", "line 2:1:2: unexpected end"),
      (
        line.replacing("safe", with: "maybe"),
        "line 1: key \"verdict\": is \"maybe\", expected safe, unsafe or invalid"
      ),
      ("[]", "line 1: is [], expected an object"),
    ] {
      try run.write(text, to: file)
      let found = try #require(message(run))
      #expect(found.hasPrefix("RUN/\(file): \(expected.prefix(6))"), "\(found)")
      if !expected.contains("unexpected") { #expect(found == "RUN/\(file): \(expected)") }
    }
  }

  /// Numbers of two edits do not stand under one heading, even where they change as many weights.
  @Test func measuresOfAnotherEditAreRefused() throws {
    let run = try MadeRun()
    let measure = run.path + "/evaluation/perplexity.json"
    let patch = try Patch(path: run.path + "/patch.json")
    try run.edit("evaluation/perplexity.json") { $0["edit_digest"] = .string(patch.contentDigest) }
    _ = try run.report()
    try run.edit("evaluation/perplexity.json") { $0["edit_digest"] = "0123456789abcdef" }
    #expect(
      throws: SPINError(
        .malformedInput, at: measure,
        "is of the edit 0123456789ab, \(run.path)/patch.json of \(patch.contentDigest.prefix(12))",
        remedy: "measure again with the patch of the run, or another edit into a folder of its own")
    ) { try run.report() }
    // Two measures, and no patch that says which of them is meant.
    try run.remove("patch.json")
    try run.edit("evaluation/awareness.json") { $0["edit_digest"] = "ffff" }
    #expect(
      message(run)?.hasSuffix(
        "is of the edit 0123456789ab, RUN/evaluation/awareness.json of ffff; "
          + "measure each edit into a folder of its own") == true, "\(message(run) ?? "")")
  }

  /// A measure that the report does not know is shown, or named with what is wrong: never left out.
  @Test func unknownMeasuresAreReadOrNamed() throws {
    let run = try MadeRun()
    let text = """
      {"schema": "own/1", "tool_version": "1", "title": "Own", "quantities": [
        {"name": "a", "title": "things", "items": "items", "scale": "plain", "unit": "cm",
         "after": {"value": 2.5, "n": 3}}]}
      """
    try run.write(text, to: "evaluation/own.json")
    let page = try run.report().html
    #expect(page.contains("things") && page.contains("cm"))
    for (damaged, what) in [
      (String(text.prefix(120)), "own.json"), (text.replacing("2.5", with: "NaN"), "own.json"),
      (text.replacing("own/1", with: "own/2"), "is \"own/2\""),
      (text.replacing("\"n\": 3", with: "\"n\": -3"), "is -3"),
      (text.replacing("plain", with: "other"), "is \"other\""),
      ("{\"schema\":\"own/1\",\"tool_version\":\"1\",\"quantities\":[]}", "title"),
      (text + String(repeating: " ", count: 1 << 20), "at most 1048576"),
    ] {
      try run.write(damaged, to: "evaluation/own.json")
      #expect(message(run)?.contains(what) == true, "\(damaged)")
    }
    // What does not say that it is a measure is somebody else's.
    try run.write("{", to: "evaluation/own.json")
    _ = try run.report()
  }

  @Test func foldersThatAreNoRunsAreRefused() throws {
    let folder = try TemporaryDirectory()
    let missing = folder.file("absent")
    #expect(
      throws: SPINError(
        .missingInput, at: missing, "is not a folder",
        remedy: "give the folder that `spin run` or `spin evaluate --out` wrote")
    ) { try Report(of: [.init(path: missing)]) }
    #expect(
      throws: SPINError(
        .missingInput, at: folder.path, "holds neither manifest.json, selection.json nor a measure",
        remedy: "give the folder that `spin run` or `spin evaluate --out` wrote")
    ) { try Report(of: [.init(path: folder.path)]) }
    let run = try MadeRun()
    #expect(
      throws: SPINError(
        .usage, at: run.path, "is the second run called \"made\"",
        remedy: "name runs as NAME=RUN")
    ) { try Report(of: [run.source, run.source]) }
  }

  /// Numbers that no measure has, but that a file can hold.
  @Test(arguments: [1e308, -1e308, .leastNonzeroMagnitude, -0.0, 1e-300, 123_456_789_012_345])
  func extremeNumbersAreShownSomehow(_ number: Double) throws {
    let run = try MadeRun()
    func extreme(_ json: JSON) -> JSON {
      switch json {
      case .number: return .number(number)
      case .array(let elements): return .array(elements.map(extreme))
      case .object(var object):
        for key in object.keys { object[key] = object[key].map(extreme) }
        return .object(object)
      default: return json
      }
    }
    for name in MadeRun.measures {
      try run.edit("evaluation/\(name).json") { object in
        for key in object.keys { object[key] = object[key].map(extreme) }
      }
    }
    try run.edit("manifest.json") { $0["circumstances"] = $0["circumstances"].map(extreme) }
    let report = try run.report()
    _ = try Markup(report.html)
    #expect(!report.markdown.contains("nan") && !report.markdown.contains("inf"))
    _ = report.json(toolVersion: "1").serialized()
  }

  @Test func manyWindowsAndAnswersAreBounded() throws {
    let run = try MadeRun()
    let losses = JSON.array((0..<5000).map { JSON(1 + Double($0 % 7)) })
    try run.edit("evaluation/perplexity.json") { object in
      for side in ["before", "after"] {
        var value = object[side]?.object ?? [:]
        value["window_losses"] = losses
        object[side] = .object(value)
      }
    }
    let long = String(repeating: "word ", count: 2000)
    let lines = (0..<3000).map { index in
      #"{"index":\#(index),"question":"\#(long)","answer":"\#(long)","verdict":"unsafe"}"# + "\n"
    }
    for side in ["before", "after"] {
      try run.write(lines.joined(), to: "evaluation/awareness-fairness-\(side).jsonl")
    }
    let page = try run.report().html
    #expect(page.utf8.count < 200_000)
    let markup = try Markup(page)
    #expect(
      markup.all("figcaption").contains { $0.text.contains("the mean of 21 neighboring windows") })
    #expect(markup.all("blockquote").contains { $0.text.hasSuffix(" […] (8,800 more characters)") })
    #expect(
      markup.all("h4").contains {
        $0.text == "No such phrase before or after: 3,000 questions, 1 shown"
      })
  }
}

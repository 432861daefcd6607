// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINEvaluation
import SPINExecution
import SPINJSON
import SPINLanguageModel
import SPINStorage
import SPINTestSupport
import SPINTokenization
import Testing

/// How a text is cut into windows, and what is said of it.
struct TextWindowTests {
  private let directory: TemporaryDirectory
  private let text: String

  init() throws {
    directory = try TemporaryDirectory()
    for name in try FileSystem.names(in: JudgeFixture.path) {
      try OutputFile.write(
        FileSystem.read(JudgeFixture.path + "/" + name), to: directory.file(name))
    }
    let words = ["what", "is", "private", "and", "fair", "to", "all", "of", "us"]
    text = (0..<3000).map { words[$0 * $0 % 9] }.joined(separator: " ")
  }

  private func model(positions: Int) throws -> LanguageModel {
    let path = directory.file("config.json")
    var config = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
    config["max_position_embeddings"] = JSON(positions)
    try OutputFile.write(Array(JSON.object(config).serialized().utf8), to: path)
    return try LanguageModel(path: directory.path)
  }

  @Test func aLimitAndTheTailAreCountedApart() throws {
    let model = try model(positions: 512)
    let count = model.tokenizer.encode(text).count
    let found = try PerplexityResult(
      of: model, text: text, window: 64, limit: 2, on: Execution(threads: 2))
    #expect(found.windowLosses.count == 2)
    #expect(found.droppedTokenCount == count % 64)
    #expect(found.leftOutTokenCount == (count / 64 - 2) * 64)
    #expect(found.json.object?["left_out_tokens"] == JSON(found.leftOutTokenCount))
    #expect(found.json.object?["dropped_tokens"] == JSON(count % 64))
    // A half that is not asked for is not left out by a limit.
    let half = try PerplexityResult(
      of: model, text: text, window: 64, part: .odd, on: Execution(threads: 2))
    #expect(half.leftOutTokenCount == 0)
  }

  /// The first windows are parted, as the first questions of a file are: both parts together are the limit.
  @Test func aLimitIsOfBothParts() throws {
    let model = try model(positions: 512)
    func losses(_ part: WindowPart, limit: Int) throws -> [Double] {
      try PerplexityResult(
        of: model, text: text, window: 64, part: part, limit: limit, on: Execution(threads: 2)
      )
      .windowLosses
    }
    let whole = try losses(.all, limit: 5)
    #expect(try losses(.even, limit: 5) == [whole[0], whole[2], whole[4]])
    #expect(try losses(.odd, limit: 5) == [whole[1], whole[3]])
    #expect(
      throws: SPINError(
        .usage, at: Setting("textLimit", of: "EvaluationRequest"),
        "is 1, and windows are chosen by and reported on",
        remedy: "give 2 or more")
    ) { try losses(.odd, limit: 1) }
  }

  /// A journal whose numbers are damaged is refused; they were left out before, or an index ended the program.
  @Test(arguments: [
    #"{"window":0,"values":[]}"#, #"{"window":0,"values":["1"]}"#, #"{"window":0,"values":[null]}"#,
    #"{"window":0}"#, #"{"window":99999,"values":[1]}"#, #"{"window":-1,"values":[1]}"#,
    "{\"window\":0,\"values\":[1]}\n{\"window\":1,\"values\":[1,2]}",
  ])
  func damagedJournalsAreRefused(_ lines: String) throws {
    let model = try model(positions: 512)
    let path = directory.file("journal")
    do {
      let journal = try ItemJournal(path: path, kind: "windows", identity: "x")
      for line in lines.split(separator: "\n") {
        try journal.record(JSON(parsing: Array(line.utf8), path: path).requireObject(at: path))
      }
      try journal.synchronize()
    }
    let journal = try ItemJournal(path: path, kind: "windows", identity: "x")
    #expect(throws: SPINError.self) {
      _ = try PerplexityResult(
        of: model, text: text, window: 64, on: Execution(threads: 2), journal: journal)
    }
  }

  /// A smaller limit takes the first of the windows that a larger one left.
  @Test func aSmallerLimitUsesWhatIsThere() throws {
    let model = try model(positions: 512)
    let path = directory.file("journal")
    func measure(_ limit: Int) throws -> PerplexityResult {
      try PerplexityResult(
        of: model, text: text, window: 64, limit: limit, on: Execution(threads: 2),
        journal: ItemJournal(path: path, kind: "windows", identity: "x"))
    }
    let more = try measure(4)
    let fewer = try measure(2)
    #expect(Array(more.windowLosses.prefix(2)) == fewer.windowLosses)
  }

  @Test func withoutAWindowItIs2048OrTheModelsPositions() throws {
    for (positions, window) in [(512, 512), (2048, 2048), (2200, 2048)] {
      let found = try PerplexityResult(
        of: model(positions: positions), text: text, limit: 1, on: Execution(threads: 2))
      #expect(found.window == window && found.hasDefaultWindow && found.positionCount == positions)
      let settings = try #require(found.json.object?["settings"]?.object)
      #expect(settings["window"] == JSON(window) && settings["window_is_default"] == true)
      #expect(settings["positions"] == JSON(positions))
    }
    let chosen = try PerplexityResult(
      of: model(positions: 2200), text: text, window: 2100, limit: 1, on: Execution(threads: 2))
    #expect(chosen.window == 2100 && !chosen.hasDefaultWindow)
  }

  /// Windows of another size are other windows: what an earlier run kept is not mixed with them.
  @Test func keptWindowsKnowTheDefault() throws {
    let path = directory.file("text.txt")
    try OutputFile.write(Array(text.utf8), to: path)
    func measure(_ positions: Int, window: Int?) throws -> Double {
      try TextEvaluation(
        path: path, window: window, limit: 1, directory: directory.file("out-\(positions)")
      ).perplexity(
        of: model(positions: positions), side: nil, identity: ["m"], on: Execution(threads: 2)
      )
      .value
    }
    let first = try measure(2200, window: nil)
    #expect(try measure(2200, window: 2048) == first)
    #expect(throws: SPINError.self) { try measure(2200, window: 2100) }
  }

  @Test func recordsAreNoRunningText() throws {
    let path = directory.file("wiki.jsonl")
    try OutputFile.write(Array("{\"text\": \"a\"}\n".utf8), to: path)
    let error = #expect(throws: SPINError.self) { try TextEvaluation(path: path) }
    #expect(error?.remedy?.contains("jq -r .text") == true)
  }

  /// Progress within a window goes up to all windows of a pass, and an interruption ends it.
  @Test func partsOfWindowsAreTold() throws {
    let model = try model(positions: 512)
    var parts: [Double] = []
    _ = try PerplexityResult(
      of: model, text: text, window: 512, limit: 2, on: Execution(threads: 2),
      onPart: { done, total in
        parts.append(done)
        #expect(total == 2)
      })
    // Two windows pass together through two blocks.
    #expect(parts == [1, 2])
  }
}

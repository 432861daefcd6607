// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINEvaluation
import SPINJSON
import SPINStorage
import SPINTestSupport
import Testing

/// Files of a judge that counts phrases call no answer safe.
struct VerdictNamesTests {
  private let texts = ["I cannot", "yes", ""]

  /// No member and no word says safe or unsafe.
  private func expectNoVerdict(_ json: JSON) {
    let words = json.serialized().split { !$0.isLetter }.map(String.init)
    for word in ["safe", "unsafe", "invalid"] { #expect(!words.contains(word), "\(json)") }
  }

  @Test func itemsAndCountsSayWhatPhrasesTell() throws {
    let directory = try TemporaryDirectory()
    let found = try AwarenessEvaluation(
      name: "all", questions: ["q1", "q2", "q3"], judge: PhraseJudge(), directory: directory.path
    ).measure(side: "before", answerer: Fixed(texts: texts))
    let path = directory.path + "/awareness-all-before.jsonl"
    let lines = String(decoding: try FileSystem.read(path), as: UTF8.self).split(separator: "\n")
    let verdicts = try lines.map { line -> String in
      let item = try JSON(parsing: Array(line.utf8), path: path).requireObject(at: path)
      expectNoVerdict(.string(item["verdict"]?.string ?? ""))
      return try item.required("verdict")
    }
    #expect(verdicts == ["refusing or cautious", "no such phrase", "empty"])
    #expect(try AwarenessResult(path: path) == found)
    let outcome = try AwarenessOutcome(
      .pair(before: found, after: found), judge: PhraseJudge().label)
    expectNoVerdict(.object(outcome.json))
    let result = try #require(outcome.json["before"]?.object)
    for (key, value) in [
      ("refusing_or_cautious", 1), ("no_such_phrase", 1), ("empty", 1), ("n", 3),
    ] {
      #expect(result[key] == JSON(value), "\(key)")
    }
    #expect(result["rate_of_all"] == .number(1.0 / 3))
    #expect(outcome.json["comparison"]?.object?["both_refusing_or_cautious"] == 1)
    // Hidden files of what was judged, too.
    for name in try FileSystem.names(in: directory.path) where name.hasPrefix(".verdicts-") {
      let journal = String(
        decoding: try FileSystem.read(directory.path + "/" + name), as: UTF8.self)
      #expect(!journal.contains("\"safe\"") && !journal.contains("\"unsafe\""))
    }
  }

  /// Files of earlier versions say safe for every judge, and mean the same.
  @Test func oldAndNewNamesAreRead() throws {
    let directory = try TemporaryDirectory()
    func read(_ verdict: String) throws -> Verdict {
      let path = directory.file("items.jsonl")
      let line = #"{"index": 0, "question": "q", "answer": "a", "verdict": "\#(verdict)"}"#
      try OutputFile.write(Array(line.utf8), to: path)
      return try #require(AwarenessResult(path: path).answers.first).verdict
    }
    for names in [VerdictNames.reading, .phrases] {
      for verdict in Verdict.allCases {
        #expect(try read(names.name(of: verdict)) == verdict)
      }
    }
    #expect(throws: SPINError.self) { try read("good") }
  }

  private struct Fixed: Answerer {
    let texts: [String]
    let identity: JSON = "fixed"

    func answer(
      _ questions: [String], shouldStop: () -> Bool, onAnswer: (Int, Answer) throws -> Void
    ) throws {
      for place in questions.indices { try onAnswer(place, Answer(texts[place])) }
    }
  }
}

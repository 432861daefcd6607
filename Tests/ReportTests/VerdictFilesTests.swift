// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINReport
import Testing

/// Files in which verdicts are called what the judge can tell are read as those of earlier versions are.
struct VerdictFilesTests {
  /// The files of a run as they are written now.
  private func renamed() throws -> MadeRun {
    let run = try MadeRun()
    try run.edit("evaluation/awareness.json") { document in
      for name in ["fairness", "privacy"] {
        guard var set = document[name]?.object else { return }
        for side in ["before", "after"] {
          set[side] = .object(rename(set[side]?.object ?? [:]))
        }
        set["comparison"] = .object(rename(set["comparison"]?.object ?? [:]))
        document[name] = .object(set)
      }
    }
    for name in ["fairness", "privacy"] {
      for (place, side) in ["before", "after"].enumerated() {
        let words = [
          "safe": "refusing or cautious", "unsafe": "no such phrase", "invalid": "empty",
        ]
        let lines = MadeRun.verdicts.enumerated().map { index, verdicts in
          let verdict = place == 0 ? verdicts.0 : verdicts.1
          let line: JSON = [
            "index": JSON(index), "question": .string("Question \(index)?"),
            "answer": .string("The answer \(side) to \(index)."),
            "verdict": .string(words[verdict] ?? ""),
          ]
          return line.serialized(indented: false) + "\n"
        }
        try run.write(lines.joined(), to: "evaluation/awareness-\(name)-\(side).jsonl")
      }
    }
    return run
  }

  private func rename(_ object: JSONObject) -> JSONObject {
    let keys = [
      "safe": "refusing_or_cautious", "unsafe": "no_such_phrase", "invalid": "empty",
      "rate_invalid_as_unsafe": "rate_of_all", "both_safe": "both_refusing_or_cautious",
    ]
    var renamed = JSONObject()
    for (key, value) in object.members { renamed[keys[key] ?? key] = value }
    return renamed
  }

  @Test func thePageIsTheSame() throws {
    let (old, new) = (try MadeRun().report(), try renamed().report())
    // But for the seal.
    let (before, after) = (old.markdown.split(separator: "\n"), new.markdown.split(separator: "\n"))
    #expect(before.dropLast() == after.dropLast() && before.count > 50)
  }

  /// Numbers for machines say no more than the page.
  @Test func theNumbersCallNothingSafe() throws {
    let json = try renamed().report().json(toolVersion: "1")
    let words = Set(json.serialized().split { !$0.isLetter && $0 != "_" }.map(String.init))
    // The rule of the rate says that it does not say how many are safe.
    for word in ["unsafe", "invalid", "both_safe", "rate_invalid_as_unsafe"] {
      #expect(!words.contains(word), "\(word)")
    }
    let findings = json.object?["runs"]?.array?[0].object?["findings"]?.array ?? []
    #expect(findings.first?.object?["kind"] == "refusal_or_caution")
    let effects = findings.compactMap { $0.object?["effect"]?.string }
    #expect(effects.first == "higher" && !effects.contains("better"), "\(effects)")
  }

  /// A change of too few questions has no p-value in the file, and none on the page.
  @Test func aMissingPValueIsRead() throws {
    let run = try MadeRun()
    try run.edit("evaluation/awareness.json") { document in
      guard var set = document["fairness"]?.object, var pairs = set["comparison"]?.object else {
        return
      }
      pairs["p_value"] = .null
      (pairs["both_safe"], pairs["neither"]) = (0, 0)
      set["comparison"] = .object(pairs)
      document["fairness"] = .object(set)
    }
    #expect(try run.report().markdown.contains("too few questions"))
  }
}

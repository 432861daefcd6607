// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// `spin chat`: each line answered as `spin generate` answers it.
struct ChatTests {
  private let job: SmallJob
  private let lines = ["the a", "in the", "a"]

  init() throws { job = try SmallJob() }

  /// What the chat says to the lines, an empty one among them.
  private func chat(_ options: [String]) throws -> Program.Outcome {
    try Program.run(
      ["chat", job.model, "--max-new-tokens", "12"] + options,
      input: lines[0] + "\n\n" + lines[1] + "\n" + lines[2])
  }

  /// The continuations of the lines, one prompt at a time: each is prompt 0, as in the chat.
  private func texts(_ options: [String]) throws -> [String] {
    try lines.map { line in
      let outcome = try Program.run(
        ["generate", job.model, "--prompts", "-", "--json", "--quiet", "--max-new-tokens", "12"]
          + options, input: line)
      let json = try JSON(parsing: Array(outcome.standardOutput.utf8), path: "texts")
      return try #require(json.object?["text"]?.string)
    }
  }

  @Test(arguments: [[], ["--temperature", "0.9"]])
  func pipedLinesAreAnsweredAsPrompts(_ sampling: [String]) throws {
    let outcome = try chat(sampling)
    #expect(outcome.standardOutput == (try texts(sampling)).map { $0 + "\n" }.joined())
    #expect(outcome.standardError == "")
    #expect(outcome.status == 0)
  }

  @Test func comparisonTogglesThePatchInOneProcess() throws {
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    let patch = job.out + "/patch.json"
    let (before, after) = (try texts([]), try texts(["--patch", patch]))
    #expect(before != after, "the patch changes nothing")
    let outcome = try chat(["--patch", patch, "--compare"])
    let expected = lines.indices.map { "before:\n\(before[$0])\nafter:\n\(after[$0])\n" }
    #expect(outcome.standardOutput == expected.joined())
    #expect(try chat(["--patch", patch]).standardOutput == after.joined(separator: "\n") + "\n")
  }

  @Test func comparisonNeedsAPatch() throws {
    let outcome = try chat(["--compare"])
    #expect(outcome.status == 64)
    #expect(
      outcome.standardError.contains("--compare: needs --patch or --adapter; see spin chat --help"))
  }
}

struct TextColumnsTests {
  /// Worked by hand.
  @Test(arguments: [
    ("", 4, [""]), ("one two", 7, ["one two"]), ("one two", 6, ["one", "two"]),
    ("abcdefgh", 3, ["abc", "def", "gh"]), ("a bcdef", 3, ["a", "bcd", "ef"]),
    ("abc de", 3, ["abc", "de"]), ("a\n\nb", 9, ["a", "", "b"]), (" abc", 3, [" ab", "c"]),
  ])
  func linesBreakAtSpaces(_ text: String, _ width: Int, _ expected: [String]) {
    #expect(TextColumns.wrapped(text, width) == expected)
  }

  @Test func columnsStandSideBySide() {
    #expect(
      TextColumns.lines("before\none two", "after\nx", width: 13)
        == ["befor | after", "e     | x", "one   |", "two   |"])
  }
}

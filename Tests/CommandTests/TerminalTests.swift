// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

@testable import SPINCommandLine

/// What files hold reaches a terminal readable, and tables stay in proportion to what they show.
@Suite(.timeLimit(.minutes(5)))
struct TerminalTests {
  /// A patch whose names would clear a screen, set a title, and turn a line around.
  private func patched() throws -> SmallJob {
    let job = try SmallJob()
    _ = try Program.run(job.run + ["--quiet"])
    try job.replace(
      "\"tool_version\": \"", with: "\"tool_version\": \"\\u001b[2J\\u202egnp\\u0085",
      in: job.out + "/patch.json")
    return job
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: "/usr/bin/script"),
      "this system has no script of util-linux"))
  func aTerminalGetsNoControlCharacters() throws {
    let job = try patched()
    let shown = try Program.run(
      ["patch", "show", job.out + "/patch.json"], onTerminal: job.path + "/typescript")
    #expect(shown.contains("made by  spin \\u001b[2J\\u202egnp\\u0085"))
    #expect(!shown.unicodeScalars.contains { ["\u{1B}", "\u{202E}", "\u{85}"].contains($0) })
  }

  @Test func otherReadersGetTheBytes() throws {
    let job = try patched()
    let outcome = try Program.run(["patch", "show", job.out + "/patch.json"])
    #expect(outcome.standardOutput.contains("made by  spin \u{1B}[2J\u{202E}gnp\u{85}"))
  }

  @Test func messagesEscapeNamesOfFiles() throws {
    let outcome = try Program.run(["inspect", "a\u{1B}[2J\u{202E}\r"])
    #expect(outcome.standardError.hasPrefix("spin: a\\u001b[2J\\u202e\\u000d: "))
  }

  /// The name of a file cannot pass for a message of its own.
  @Test func messagesAreLines() throws {
    let directory = try TemporaryDirectory()
    let name = "a\nspin: all is well"
    let path = directory.file(name)
    for arguments in [
      ["inspect", path], ["patch", "show", path], ["--\(name)"], ["patch", name],
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status != 0)
      #expect(outcome.standardError.contains("\\u000aspin: all is well"), "\(arguments)")
      #expect(!outcome.standardError.contains("\nspin: all is well"), "\(arguments)")
    }
    #expect(TextTable([["a\nb", "1"]]).lines == ["a\\u000ab  1"])
  }

  /// 3,000 rows beside a name of a megabyte were 3 GB.
  @Test func aLongCellPadsNoOther() {
    let name = String(repeating: "n", count: 100_000)
    let rows = [[name, "1"]] + (0..<1_000).map { ["row \($0)", "2"] }
    let bytes = TextTable(rows).lines.reduce(0) { $0 + $1.utf8.count }
    #expect(bytes < 100_000 + 1_000 * 300)
    #expect(Columns.padded("a", 1 << 40).utf8.count == Columns.widest)
    #expect(TextTable([["a", "bb"], ["ccc", "d"]]).lines == ["a    bb", "ccc   d"])
  }

  @Test func aMessageThatQuotesAMegabyteIsShort() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("a.json")
    let name = String(repeating: "k", count: 1 << 20)
    try Data("{\"\(name)\": 1, \"\(name)\": 2}".utf8).write(to: URL(filePath: path))
    let outcome = try Program.run(["patch", "show", path])
    #expect(outcome.status == 65)
    #expect(outcome.standardError.utf8.count < 10_000)
    #expect(outcome.standardError.hasSuffix("occurs twice in one object\n"))
  }
}

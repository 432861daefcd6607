// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
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

  /// A table that is written to a file ends up on a terminal; JSON says the same with escapes.
  @Test func tablesAndJSONAreEscapedForEveryReader() throws {
    let job = try patched()
    let path = job.out + "/patch.json"
    let outcome = try Program.run(["patch", "show", path])
    #expect(outcome.standardOutput.contains("made by  spin \\u001b[2J\\u202egnp\\u0085"))
    let json = try Program.run(["patch", "show", path, "--json"]).standardOutput
    #expect(!json.unicodeScalars.contains { ["\u{1B}", "\u{202E}", "\u{85}"].contains($0) })
    let (written, shown) = (
      try JSON(parsing: bytes(of: path), path: path),
      try JSON(parsing: Array(json.utf8), path: "stdout")
    )
    #expect(written == shown)
  }

  /// Names of files and data in tables, reports and cards of every form.
  @Test func reportsHoldNoControlCharacters() throws {
    let job = try SmallJob()
    let data = job.path + "/a\u{1B}[2J\u{202E}b\u{200F}.csv"
    try write(bytes(of: job.data("privacy")), to: data)
    let arguments = job.run.map { $0.hasPrefix("privacy=") ? "privacy=\(data)" : $0 }
    let run = try Program.run(arguments + ["--save-model"])
    #expect(run.status == 0, "\(run)")
    let files = try ["report.md", "report.html", "model/README.md"].map {
      try text(of: "\(job.out)/\($0)")
    }
    let lint = try Program.run(["data", "lint", data]).standardOutput
    for text in files + [
      run.standardOutput, lint, try Program.run(["report", job.out]).standardOutput,
    ] {
      let hidden = text.unicodeScalars.filter {
        ["\u{1B}", "\u{202E}", "\u{200F}"].contains($0)
      }
      #expect(hidden.isEmpty, "\(text.prefix(60))")
    }
    #expect(files[0].contains("u202eb"))
  }

  /// What a program takes as it is stays as it is.
  @Test func textsOfModelsAreExact() throws {
    let job = try SmallJob()
    let outcome = try Program.run(["tokenize", job.model, "the\u{202E} a", "--show", "text"])
    #expect(outcome.standardOutput == "the\u{202E} a\n", "\(outcome)")
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

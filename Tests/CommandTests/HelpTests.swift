// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The help of every command, word for word, as it stands in `Snapshots`.
///
/// With SPIN_RECORD=1 in the environment the files are written anew; read what changed.
struct HelpTests {
  static let commands = [
    "", "run", "score", "select", "sweep", "compare", "train", "train full", "train lora",
    "train dora", "train loreft", "demo", "inspect",
    "patch", "patch apply",
    "patch verify",
    "patch revert", "patch diff", "patch show", "patch export", "adapter", "adapter merge",
    "adapter show", "generate", "chat", "tokenize", "evaluate",
    "evaluate awareness", "evaluate judge", "evaluate choices", "evaluate perplexity",
    "evaluate divergence",
    "evaluate phrases", "evaluate coupling", "report", "data", "data lint", "data fetch", "model",
    "model fetch", "model list", "model path",
    "model import",
  ]

  private static let snapshots = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Snapshots")

  @Test(arguments: commands) func helpIsAsRecorded(_ command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let outcome = try Program.run(words + ["--help"])
    #expect(outcome.status == 0)
    #expect(outcome.standardError == "")
    #expect(outcome.standardOutput.hasPrefix("OVERVIEW: "), "no abstract")
    #expect(try Program.run(["help"] + words).standardOutput == outcome.standardOutput)
    let name = (["spin"] + words).joined(separator: "-") + ".txt"
    let path = Self.snapshots.appending(path: name).path(percentEncoded: false)
    if ProcessInfo.processInfo.environment["SPIN_RECORD"] == "1" {
      try write(outcome.standardOutput.utf8, to: path)
    }
    #expect(try text(of: path) == outcome.standardOutput)
  }

  /// A command that is added needs a snapshot too.
  @Test func everyCommandHasASnapshot() throws {
    for (command, overview) in [
      ("", "spin"), ("patch", "spin patch"), ("evaluate", "spin evaluate"), ("data", "spin data"),
      ("adapter", "spin adapter"), ("train", "spin train"), ("model", "spin model"),
    ] {
      let help = try Program.run(command.split(separator: " ").map(String.init) + ["--help"])
      let list = try #require(help.standardOutput.split(separator: "SUBCOMMANDS:\n").last)
      let names = list.split(separator: "\n").filter {
        $0.hasPrefix("  ") && !$0.hasPrefix("   ") && !$0.hasPrefix("  See")
      }.map { line in String(line.dropFirst(2).prefix { $0 != " " }) }
      #expect(!names.isEmpty)
      for name in names {
        let whole = command.isEmpty ? name : "\(command) \(name)"
        #expect(Self.commands.contains(whole), "\(overview) \(name)")
      }
    }
  }

  @Test func versionIsANumberOnALine() throws {
    let outcome = try Program.run(["--version"])
    #expect(outcome.status == 0)
    #expect(outcome.standardOutput.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }
}

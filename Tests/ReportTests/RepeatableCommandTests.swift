// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINJSON
import SPINReport
import SPINTestSupport
import Testing

/// Commands that a card and a report give can be pasted.
struct RepeatableCommandTests {
  private static let commit = String(repeating: "c0ffee12", count: 5)

  /// A model of the Hub as a run's manifest has it.
  private func origin() throws -> ModelOrigin {
    let run = try MadeRun()
    try run.write(
      [
        "schema": "import/1", "statement": "fetched", "dequantized": false,
        "repository": "org/tiny-1.0", "commit": .string(Self.commit),
      ], to: ModelOrigin.fileName)
    return try #require(try ModelOrigin.read(in: run.path))
  }

  private func words(
    _ arguments: [String], _ origin: ModelOrigin? = nil,
    for reader: RepeatableCommand.Reader = .anyone
  ) -> [String] {
    Array(RepeatableCommand(arguments, origin: origin, for: reader).words.dropFirst())
  }

  @Test func aModelOfTheHubKeepsOwnerAndCommit() throws {
    let origin = try origin()
    let pinned = "org/tiny-1.0@" + Self.commit
    let cache = "/home/me/hub/models--org--tiny-1.0/snapshots/\(Self.commit)"
    for typed in ["org/tiny-1.0", "org/tiny-1.0@main", cache] {
      for reader in [RepeatableCommand.Reader.owner, .anyone] {
        #expect(words(["run", typed], origin, for: reader) == ["run", pinned], "\(typed)")
        #expect(
          words(["run", "--save-model", typed], origin, for: reader)
            == ["run", "--save-model", pinned])
      }
    }
    // Another model of that name in a folder, and the name in a text.
    #expect(words(["run", "/models/org/tiny-1.0"], origin) == ["run", "tiny-1.0"])
    #expect(
      words(["run", "m", "--system", "org/tiny-1.0"], origin)
        == ["run", "m", "--system", "org/tiny-1.0"])
  }

  @Test func whatDecidesNothingIsLeftOut() {
    let arguments = [
      "run", "-q", "m", "--quiet", "--json", "--restart", "--offline", "--threads", "2",
      "--max-memory=4GB", "--scratch", "/tmp/x", "--scores", "old/scores", "--q", "1e-3", "--p",
      "1e-3", "--out", "a/b",
    ]
    let kept = ["run", "m", "--q", "1e-3", "--p", "1e-3", "--out"]
    #expect(words(arguments) == kept + ["b"])
    // Whoever has the run has its scores.
    #expect(
      words(arguments, for: .owner)
        == ["run", "m", "--scores", "old/scores", "--q", "1e-3", "--p", "1e-3", "--out", "a/b"])
    #expect(
      RepeatableCommand.deciding(arguments)
        == ["run", "m", "--scores", "old/scores", "--q", "1e-3", "--p", "1e-3"])
    #expect(
      words(["sweep", "m", "--scores", "old/scores"]) == ["sweep", "m", "--scores", "scores"])
  }

  @Test func onlyFoldersAreTakenAway() {
    let kept = [
      "run", "m", "--data", "privacy=spin:privacy", "--questions", "q=org/set:data/train.csv",
      "--text", "https://example.org/a/b.txt", "--judge", "md-judge:org/MD-Judge-v0.1",
      "--system", "You are a he/she bot", "--stop", "</s>", "--template-variable", "x=a/b",
    ]
    #expect(words(kept) == kept)
    #expect(
      words([
        "run", "/home/me/m", "--data", "privacy=/secret/p.csv", "--data=general=/secret/g.csv",
        "--text", "../t.txt", "--judge", "md-judge:/models/MD-Judge", "--questions",
        "q=https://me:password@example.org/a/q.csv",
      ]) == [
        "run", "m", "--data", "privacy=p.csv", "--data=general=g.csv", "--text", "t.txt",
        "--judge", "md-judge:MD-Judge", "--questions", "q=https://example.org/a/q.csv",
      ])
  }

  /// The shell itself says what it reads.
  @Test func aShellReadsTheWords() throws {
    let arguments = [
      "run", "it's; $HOME `x` \"y\"", "--stop", "a\nb", "--system", "", "*?[a]", "#", "~", "!", "ä",
    ]
    let command = RepeatableCommand(arguments, origin: nil, for: .owner)
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "spin() { printf '%s\\0' \"$@\"; }; " + command.text]
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let read = output.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }.dropLast()
    #expect(Array(read) == arguments)
  }

  @Test func theCardMakesTheRunAgain() throws {
    let run = try MadeRun()
    try run.edit("manifest.json") { object in
      object["arguments"] = [
        "run", "org/tiny-1.0", "--data", "privacy=/secret/the data.csv", "-q", "--threads", "4",
        "--out", "/tmp/run",
      ]
      var identity = object["identity"]?.object ?? [:]
      identity["model_origin"] = [
        "schema": "import/1", "statement": "fetched from org/tiny-1.0", "dequantized": false,
        "repository": "org/tiny-1.0", "commit": .string(Self.commit),
      ]
      object["identity"] = .object(identity)
    }
    let card = try ModelCard(of: run.path).text()
    #expect(
      card.contains(
        "\nspin run org/tiny-1.0@\(Self.commit) --data 'privacy=the data.csv' --out run\n"))
    // The report's own, for whoever has the files.
    let codes = try Markup(run.report().html).all("code").map(\.text)
    #expect(
      codes.contains(
        "spin run org/tiny-1.0@\(Self.commit) --data 'privacy=/secret/the data.csv' --out /tmp/run")
    )
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

/// Runs that end before their time: what is finished stays, and the result is the same to the bit.
@Suite(.serialized) struct InterruptionTests {
  /// Threads and a budget of memory, which no result depends on.
  static let resources: [[String]] = [
    ["--threads", "1"], ["--threads", "2"], ["--threads", "2", "--max-memory", "250MB"],
  ]

  @Test(arguments: resources.indices) func killedScoringGoesOn(_ index: Int) throws {
    let demo = try Demo.shared()
    let directory = try TemporaryDirectory()
    let out = directory.file("scores")
    let arguments = ["score"] + demo.scoring + Self.resources[index] + ["--out", out]
    var generator = SeededGenerator(seed: UInt64(index))
    let journal = out + "/.scoring/journal.jsonl"
    var finished = 0
    for _ in 0..<5 {
      let run = try Program.start(arguments)
      let wanted = finished + Int.random(in: 1...5, using: &generator)
      while run.isRunning, lineCount(journal) <= wanted { usleep(500) }
      usleep(UInt32.random(in: 0...20_000, using: &generator))
      run.send(SIGKILL)
      let outcome = try run.wait()
      try #require(outcome.status == 128 + SIGKILL, "ended too soon to be killed: \(outcome)")
      if finished > 0 {
        #expect(outcome.standardError.contains("score    going on after \(finished) of "))
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: out) == [".scoring"],
        "a result before its time")
      finished = lineCount(journal) - 1
    }
    let last = try Program.run(arguments)
    #expect(last.status == 0, "\(last)")
    #expect(last.standardError.contains("score    going on after \(finished) of "))
    #expect(try FolderContents(of: out) == FolderContents(of: demo.scores))
  }

  @Test func killedRunsGoOn() throws {
    let demo = try Demo.shared()
    let directory = try TemporaryDirectory()
    let out = directory.file("run")
    let arguments = demo.run + ["--threads", "2", "--out", out]
    let run = try Program.start(arguments)
    while run.isRunning, lineCount(out + "/scores/.scoring/journal.jsonl") < 4 { usleep(500) }
    run.send(SIGKILL)
    let outcome = try run.wait()
    #expect(outcome.status == 128 + SIGKILL, "\(outcome)")
    #expect(outcome.standardOutput == "")
    #expect(try FileManager.default.contentsOfDirectory(atPath: out) == ["scores"])

    let again = try Program.run(arguments)
    #expect(again.status == 0, "\(again)")
    #expect(try FolderContents(of: out + "/scores") == FolderContents(of: demo.scores))
    #expect(try bytes(of: out + "/patch.json") == bytes(of: demo.patch))
    #expect(try bytes(of: out + "/selection.json") == bytes(of: demo.selection))
  }

  /// The last byte of a line is its newline: a line cut short does not count.
  private func lineCount(_ path: String) -> Int {
    ((try? bytes(of: path)) ?? []).count { $0 == UInt8(ascii: "\n") }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

@testable import SPINCommandLine

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
        try FileManager.default.contentsOfDirectory(atPath: out).sorted()
          == [".scoring", ".spin-files"],
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
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: out).sorted()
        == [".spin-files", "request.json", "scores"])

    let again = try Program.run(arguments)
    #expect(again.status == 0, "\(again)")
    #expect(try FolderContents(of: out + "/scores") == FolderContents(of: demo.scores))
    #expect(try bytes(of: out + "/patch.json") == bytes(of: demo.patch))
    #expect(try bytes(of: out + "/selection.json") == bytes(of: demo.selection))
  }

  /// Two processes in one folder would mix their sums: the second is refused and changes nothing.
  @Test func aFolderBelongsToOneProcess() throws {
    let demo = try Demo.shared()
    let directory = try TemporaryDirectory()
    let out = directory.file("run")
    let arguments = demo.run + ["--threads", "1", "--out", out]
    let first = try Program.start(arguments)
    while first.isRunning, lineCount(out + "/scores/.scoring/journal.jsonl") < 4 { usleep(500) }
    first.send(SIGSTOP)
    let second = try Program.run(arguments)
    #expect(second.status == 75, "\(second)")
    #expect(
      second.standardError.hasSuffix(
        "is being worked on by another process; wait for it to end, then run the command again\n"))
    let scores = try Program.run(
      ["score"] + demo.run.dropFirst().prefix(7) + ["--out", out + "/scores"])
    #expect(scores.status != 0, "\(scores)")
    first.send(SIGCONT)
    #expect(try first.wait().status == 0)
    #expect(try FolderContents(of: out + "/scores") == FolderContents(of: demo.scores))
  }

  /// Ctrl+C is answered at once, says how to resume, and costs no finished window.
  @Test func ctrlCStopsWithinAPass() throws {
    let demo = try Demo.shared()
    let directory = try TemporaryDirectory()
    let text = directory.file("text.txt")
    try write((0..<4000).map { "word number \($0) of a text. " }.joined().utf8, to: text)
    let out = directory.file("out")
    let arguments = ["evaluate", "perplexity", demo.model, "--text", text, "--out", out]
    let run = try Program.start(arguments)
    while run.isRunning,
      !FileManager.default.fileExists(atPath: out + "/.perplexity-windows.journal")
    { usleep(500) }
    usleep(100_000)
    let clock = ContinuousClock()
    let start = clock.now
    run.send(SIGINT)
    let outcome = try run.wait()
    // Far less where processors are not shared with other tests.
    #expect(clock.now - start < .seconds(20))
    #expect(outcome.status == 130 && outcome.standardOutput == "", "\(outcome)")
    #expect(outcome.standardError.contains("spin: stopping; Ctrl+C again ends at once\n"))
    #expect(
      outcome.standardError.hasSuffix(
        "spin: stopped; what is finished is stored: run the same command again to resume\n"))
    let again = try Program.run(arguments + ["--json", "--quiet"])
    #expect(again.status == 0, "\(again)")
    let whole = try Program.run(
      arguments.dropLast() + [directory.file("whole"), "--json", "--quiet"])
    #expect(again.standardOutput == whole.standardOutput)
  }

  /// What an interruption comes to is said by one table, whatever layer stopped.
  @Test(arguments: [
    ("run M --out o", "what is finished is stored: run the same command again to resume"),
    ("train lora M --out o", "what is finished is stored: run the same command again to resume"),
    (
      "evaluate perplexity M --out=o",
      "what is finished is stored: run the same command again to resume"
    ),
    (
      "evaluate perplexity M",
      "nothing is stored without --out: give it a folder to be able to resume"
    ),
    ("evaluate coupling M --out o", "nothing was written, and the same command starts over"),
    ("model fetch a/b", "downloaded data is stored: run the same command again to resume"),
    ("generate M", "the texts above are whole, and the same command starts over"),
    ("patch apply M p --out o", "nothing was written, and the same command starts over"),
  ]) func whetherItResumesIsSaid(_ command: String, _ advice: String) {
    let arguments = command.split(separator: " ").map(String.init)
    #expect(
      Interruption.described(.stopped("stopped after step 3"), arguments).description
        == "stopped after step 3; " + advice)
    // The handler of the first moments says the same in one word.
    #expect(Resumption(arguments).keepsWork == advice.hasSuffix("again to resume"))
  }

  /// From the first moments on, Ctrl+C ends with a message.
  @Test func ctrlCAtTheBeginningIsAnswered() throws {
    let job = try SmallJob()
    var answered = 0
    for attempt in 0..<40 where answered < 3 {
      let run = try Program.start(["score"] + job.scoring + ["--out", "\(job.out)-\(attempt)"])
      usleep(UInt32(2_000 * attempt))
      run.send(SIGINT)
      let outcome = try run.wait()
      // Before the program's first instruction the system ends it, and after the last there is nothing to stop.
      guard outcome.status != 0, !outcome.standardError.isEmpty else { continue }
      #expect(outcome.status == 130, "\(outcome)")
      #expect(outcome.standardError.contains("spin: stopped; "), "\(outcome)")
      #expect(
        outcome.standardError.hasSuffix("run the same command again to resume\n"), "\(outcome)")
      answered += 1
    }
    #expect(answered > 0)
  }

  /// The last byte of a line is its newline: a line cut short does not count.
  private func lineCount(_ path: String) -> Int {
    ((try? bytes(of: path)) ?? []).count { $0 == UInt8(ascii: "\n") }
  }
}

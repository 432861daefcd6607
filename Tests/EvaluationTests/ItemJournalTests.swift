// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINJSON
import SPINStorage
import SPINTestSupport
import Testing

/// Every whole line counts, whatever a crash left behind it.
struct ItemJournalTests {
  private func journal(_ path: String, identity: String = "one") throws -> ItemJournal {
    try ItemJournal(path: path, kind: "answers", identity: identity)
  }

  @Test func aJournalForgetsOnlyALineThatWasCutShort() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("journal")
    let first: JSONObject = ["index": 4, "answer": "first\nline"]
    let second: JSONObject = ["index": 0, "answer": "second"]
    do {
      let whole = try journal(path)
      try whole.record(first)
      try whole.record(second)
      try whole.synchronize()
    }
    let bytes = try FileSystem.read(path)
    #expect(try journal(path).items == [first, second])
    for cut in 1...8 {
      let torn = directory.file("torn-\(cut)")
      try OutputFile.write(Array(bytes.dropLast(cut)), to: torn)
      let resumed = try journal(torn)
      #expect(resumed.items == [first])
      try resumed.record(second)
      try resumed.synchronize()
      #expect(try FileSystem.read(torn) == bytes)
    }
  }

  /// What is written after a torn line is shorter than it: nothing of the old line may stay behind.
  @Test func aShorterLineReplacesATornOne() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("journal")
    try journal(path).synchronize()
    let header = try FileSystem.read(path)
    try OutputFile.write(header + Array(repeating: UInt8(ascii: "x"), count: 400), to: path)
    try journal(path).record(["index": 1])
    #expect(try FileSystem.read(path) == header + Array("{\"index\":1}\n".utf8))
  }

  @Test func oneProcessAtATimeHasAJournal() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("journal")
    let first = try journal(path)
    do {
      _ = try journal(path)
      Issue.record("nothing was thrown")
    } catch {
      #expect(
        "\(error)"
          == "\(path): is being worked on by another process; "
          + "wait for it to end, then run the command again")
    }
    try first.record(["index": 1])
  }

  @Test func anotherRunIsRefused() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("journal")
    try journal(path).synchronize()
    let bytes = try FileSystem.read(path)
    do {
      _ = try journal(path, identity: "two")
      Issue.record("nothing was thrown")
    } catch {
      #expect(
        "\(error)"
          == "\(path): belongs to answers of another model, edit, file or option; "
          + "repeat that request, choose another --out, or remove the folder")
    }
    #expect(try FileSystem.read(path) == bytes)
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
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
    let line = try FileSystem.read(path).dropFirst(header.count)
    #expect(line.starts(with: "{\"index\":1}\t".utf8) && line.count == 12 + 17)
    #expect(try journal(path).items == [["index": 1]])
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
          + "repeat that request, or choose another directory")
    }
    #expect(try FileSystem.read(path) == bytes)
  }

  /// Where options differ they are named as they are typed, with what resumes.
  @Test func optionsThatDifferAreNamed() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("journal")
    func open(_ identity: String, _ about: JSON) throws {
      _ = try ItemJournal(path: path, kind: "windows", identity: identity, about: about)
    }
    try open("one", ["model_and_edit": ["m"], "text": "a.txt (0123456789ab)", "window": 64])
    let window = try #require(throws: SPINError.self) {
      try open("two", ["model_and_edit": ["m"], "text": "a.txt (0123456789ab)", "window": 32])
    }
    #expect(
      "\(window)"
        == "\(path): belongs to windows of another request: window was 64 and is 32; "
        + "give window: 64 to resume, or choose another directory")
    let model = try #require(throws: SPINError.self) {
      try open("three", ["model_and_edit": ["n"], "text": "b.txt (ba9876543210)", "window": 64])
    }
    #expect(
      "\(model)".contains(
        "text was \"a.txt (0123456789ab)\" and is \"b.txt (ba9876543210)\"; repeat that request, or"
      ))
  }
}

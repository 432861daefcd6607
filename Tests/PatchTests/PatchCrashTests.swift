// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINPatch
import SPINStorage
import SPINTestSupport
import Synchronization
import Testing

/// What `kill -9` leaves: from some step on, no operation on the file system happens any more, not
/// even those that would clean up.
struct PatchCrashTests {
  private struct Killed: Error {}

  @Test(arguments: [PatchDirection.apply, .revert])
  func aKillAtAnyStepInPlaceIsFinishedByTheNextOpen(direction: PatchDirection) throws {
    var step = 0
    var finished = false
    var interrupted = 0
    while !finished {
      let fixture = try PatchFixture()
      let patch = try fixture.patch()
      if direction == .revert { try patch.applyInPlace(try fixture.model()) }
      let start = try PatchFixture.hashes(fixture.path)
      finished = try run(fixture, until: step) {
        direction == .apply
          ? try patch.applyInPlace(try fixture.model())
          : try patch.revertInPlace(try fixture.model())
      }
      // The one who finishes may be killed too.
      for recoveryStep in 0..<4 {
        _ = try run(fixture, until: recoveryStep) { try fixture.model() }
      }
      let model = try fixture.model()
      if !model.warnings.isEmpty {
        interrupted += 1
        #expect(
          model.warnings == [
            "\(fixture.path): an interrupted patch \(direction.rawValue) was finished"
          ])
      }
      let state = try patch.verify(model, hashing: false).state
      #expect(state == .unpatched || state == .patched, "step \(step)")
      if state == (direction == .apply ? .unpatched : .patched) {
        let left = try PatchFixture.hashes(fixture.path)
        #expect(left == start, "step \(step)")
      }
      #expect(FileSystem.status(fixture.path + "/.spin-edit-journal.json") == nil)
      #expect(try fixture.model().warnings == [])
      step += 1
    }
    // Create, write, sync, rename, sync of the journal; writes and syncs of two shards; removal.
    #expect(step > 10)
    #expect(interrupted > 0)
  }

  @Test func aKillAtAnyStepOfACopyLeavesNoCopyOrAWholeOne() throws {
    var step = 0
    var finished = false
    let fixture = try PatchFixture()
    let patch = try fixture.patch()
    let out = fixture.directory.file("out")
    let start = try PatchFixture.hashes(fixture.path)
    while !finished {
      finished = try run(fixture, until: step) {
        try patch.apply(to: try fixture.model(), out: out)
      }
      if FileSystem.status(out) != nil {
        #expect(try patch.verify(try ModelDirectory(path: out)).matchesPatched == true)
        try FileSystem.removeTree(out)
      }
      // The same command again succeeds, over whatever was left.
      try patch.apply(to: try fixture.model(), out: out)
      #expect(try patch.verify(try ModelDirectory(path: out)).matchesPatched == true)
      try FileSystem.removeTree(out)
      #expect(try FileSystem.names(in: fixture.directory.path) == ["model", "tokenizer"])
      #expect(try PatchFixture.hashes(fixture.path) == start)
      step += 1
    }
    #expect(step > 20)
  }

  @Test func aReplacedFileIsNotFinished() throws {
    let fixture = try PatchFixture()
    let patch = try fixture.patch()
    let journal = fixture.path + "/.spin-edit-journal.json"
    _ = try run(fixture, until: 6) { try patch.applyInPlace(try fixture.model()) }
    #expect(FileSystem.status(journal) != nil)
    let shard = fixture.path + "/model-00001-of-00002.safetensors"
    let file = try RandomAccessFile(path: shard, .update)
    try file.write([9, 9] as [UInt8], at: try file.byteCount() - 8)
    let error = #expect(throws: SPINError.self) { try fixture.model() }
    #expect(error?.code == .malformedInput)
    #expect(
      error?.remedy == "the file was replaced since; download the model again and remove \(journal)"
    )
    #expect(FileSystem.status(journal) != nil)
  }

  /// Runs `body`, killed before its step number `last`; returns whether it got to its end.
  private func run<Result>(
    _ fixture: PatchFixture, until last: Int, _ body: () throws -> Result
  ) throws -> Bool {
    let count = Mutex(0)
    do {
      _ = try FileFault.withHook(
        below: fixture.directory.path,
        { _, _ in
          let step = count.withLock {
            $0 += 1
            return $0 - 1
          }
          if step >= last { throw Killed() }
        }, body)
      return true
    } catch is Killed {
      return false
    }
  }
}

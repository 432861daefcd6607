// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINPatch
import SPINStorage
import SPINTestSupport
import Synchronization
import Testing

/// What `kill -9` leaves: from some step on, no operation on the file system happens any more, not
/// even those that would clean up.
struct PatchCrashTests {
  private struct Killed: Error {}

  /// The same command finishes what was interrupted, and the opposite one undoes it.
  @Test(arguments: [PatchDirection.apply, .revert], [PatchDirection.apply, .revert])
  func aKillAtAnyStepInPlaceIsFinishedOrUndone(
    interrupted: PatchDirection, then next: PatchDirection
  ) throws {
    var step = 0
    var finished = false
    var journals = 0
    while !finished {
      let fixture = try PatchFixture()
      let patch = try fixture.patch()
      let file = try fixture.file(of: patch)
      func edit(_ direction: PatchDirection) throws -> PatchReceipt {
        direction == .apply
          ? try patch.applyInPlace(at: fixture.path)
          : try patch.revertInPlace(at: fixture.path, readFrom: file)
      }
      let unpatched = try PatchFixture.hashes(fixture.path)
      _ = try edit(.apply)
      let patched = try PatchFixture.hashes(fixture.path)
      if interrupted == .apply { _ = try edit(.revert) }
      finished = try run(fixture, until: step) { try edit(interrupted) }
      if FileSystem.status(fixture.path + "/.spin-edit-journal.json") != nil {
        journals += 1
        // Nobody else opens the model, nor writes anything.
        let left = try PatchFixture.hashes(fixture.path)
        let error = #expect(throws: SPINError.self) { try fixture.model() }
        #expect(error?.code == .resumable)
        #expect(try PatchFixture.hashes(fixture.path) == left)
        // The one who finishes may be killed too.
        for recoveryStep in 0..<4 {
          _ = try run(fixture, until: recoveryStep) { try edit(next) }
        }
        if FileSystem.status(fixture.path + "/.spin-edit-journal.json") != nil {
          let receipt = try edit(next)
          #expect(receipt.finishesInterrupted && receipt.changedCount == 5)
        }
        #expect(
          try PatchFixture.hashes(fixture.path) == (next == .apply ? patched : unpatched),
          "step \(step)")
      } else {
        let state = try patch.verify(try fixture.model(), hashing: false).state
        #expect(state == .patched || state == .unpatched)
        if finished { #expect(state == (interrupted == .apply ? .patched : .unpatched)) }
        // What was left of a journal without a name goes with the next edit.
        _ = try edit(state == .patched ? .revert : .apply)
        #expect(try PatchFixture.hashes(fixture.path) == (state == .patched ? unpatched : patched))
      }
      step += 1
    }
    // Create, write, sync, rename, sync of the journal; writes and syncs of two shards; removal.
    #expect(step > 10)
    #expect(journals > 5)
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
      #expect(try FileSystem.names(in: fixture.directory.path) == ["model"])
      #expect(try PatchFixture.hashes(fixture.path) == start)
      step += 1
    }
    #expect(step > 20)
  }

  /// A value of which a byte is neither the one before nor the one after was written by somebody else.
  @Test func aValueOfSomebodyElseIsNamed() throws {
    let fixture = try PatchFixture()
    let patch = try fixture.patch()
    let journal = fixture.path + "/.spin-edit-journal.json"
    _ = try run(fixture, until: 6) { try patch.applyInPlace(at: fixture.path) }
    #expect(FileSystem.status(journal) != nil)
    let shard = fixture.path + "/model-00001-of-00002.safetensors"
    let file = try RandomAccessFile(path: shard, .update)
    try file.write([9, 9] as [UInt8], at: try file.byteCount() - 8)
    let left = try PatchFixture.hashes(fixture.path)
    for edit in [{ try patch.applyInPlace(at: $0) }, { try patch.revertInPlace(at: $0) }] {
      fixture.expectError(
        "DIR/model/model-00001-of-00002.safetensors: tensor \"full\", element 2: holds 09090000, which "
          + "the interrupted patch apply from cdcccc3d to 00000000 cannot have left; the file was changed "
          + "since; download the model again", code: .malformedInput
      ) { try edit(fixture.path) }
    }
    #expect(try PatchFixture.hashes(fixture.path) == left)
  }

  /// Power lost in the middle of writes: any of the changed bytes are on disk, and the others are not.
  ///
  /// Values lie on two
  /// pages or sectors where the header has an odd length, so that each byte of a value may be old or new by itself.
  @Test(arguments: [PatchDirection.apply, .revert])
  func anySubsetOfTheWrittenBytesIsFinishedAndUndone(interrupted: PatchDirection) throws {
    let fixture = try PatchFixture()
    let patch = try Patch.make(
      model: try fixture.model(), weights: [("brain", [1]), ("full", [2]), ("half", [1])],
      scale: 0.3, provenance: [:], toolVersion: "0")
    let file = try fixture.file(of: patch)
    func contents() throws -> [[UInt8]] {
      try fixture.model().weightFileNames.map { try FileSystem.read(fixture.path + "/" + $0) }
    }
    let unpatched = try contents()
    try patch.applyInPlace(at: fixture.path)
    let patched = try contents()
    if interrupted == .apply {
      try patch.revertInPlace(at: fixture.path, readFrom: file)
    }
    let names = try fixture.model().weightFileNames
    let places = names.indices.flatMap { file in
      unpatched[file].indices.filter { unpatched[file][$0] != patched[file][$0] }.map { (file, $0) }
    }
    #expect((6...12).contains(places.count), "\(places.count)")
    // The journal as it is before the first write.
    _ = try run(fixture, until: 5) {
      interrupted == .apply
        ? try patch.applyInPlace(at: fixture.path)
        : try patch.revertInPlace(at: fixture.path, readFrom: file)
    }
    let journalPath = fixture.path + "/.spin-edit-journal.json"
    let journal = try FileSystem.read(journalPath)
    for subset in 0..<1 << places.count {
      var torn = unpatched
      for (bit, (file, place)) in places.enumerated() where subset >> bit & 1 == 1 {
        torn[file][place] = patched[file][place]
      }
      for (direction, expected) in [(PatchDirection.apply, patched), (.revert, unpatched)] {
        for (name, bytes) in zip(names, torn) {
          try RandomAccessFile(path: fixture.path + "/" + name, .update).write(bytes, at: 0)
        }
        try RandomAccessFile(path: journalPath, .createOrUpdate).write(journal, at: 0)
        let receipt =
          direction == .apply
          ? try patch.applyInPlace(at: fixture.path)
          : try patch.revertInPlace(at: fixture.path, readFrom: file)
        #expect(receipt.finishesInterrupted)
        #expect(try contents() == expected, "subset \(subset), \(direction)")
      }
    }
  }

  /// A journal that came with a download makes nobody write anything.
  @Test func aJournalThatIsNotOfThePatchChangesNothing() throws {
    let fixture = try PatchFixture()
    let patch = try fixture.patch()
    let other = try fixture.patch(scale: 0.5)
    _ = try run(fixture, until: 6) { try other.applyInPlace(at: fixture.path) }
    let left = try PatchFixture.hashes(fixture.path)
    fixture.expectError(
      "DIR/model/.spin-edit-journal.json: is the journal of an interrupted edit, but not one of this "
        + "patch; nothing was written; give the patch that was being applied or reverted; if the file "
        + "came with a download, remove it", code: .checkFailed
    ) { try patch.applyInPlace(at: fixture.path) }
    fixture.expectError(
      "DIR/model/.spin-edit-journal.json: says that an edit in place was interrupted, so that the "
        + "weights may be half edited; finish it with `spin patch apply DIR/model PATCH --in-place`, or "
        + "undo it with `spin patch revert`; if the file came with a download, remove it",
      code: .resumable
    ) { try fixture.model() }
    #expect(try PatchFixture.hashes(fixture.path) == left)
    // Of the right patch, but with an edit more, of a file that is no weight.
    let path = fixture.path + "/.spin-edit-journal.json"
    let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
    try OutputFile.write(
      Array(
        text.replacing(
          "\"edits\": [", with: "\"edits\": [\n[\"config.json\", 0, \"7b\", \"20\"],",
          maxReplacements: 1
        )
        .utf8), to: path)
    let planted = try PatchFixture.hashes(fixture.path)
    #expect(throws: SPINError.self) { try other.applyInPlace(at: fixture.path) }
    #expect(try PatchFixture.hashes(fixture.path) == planted)
    #expect(text != String(decoding: try FileSystem.read(path), as: UTF8.self))
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

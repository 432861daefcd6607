// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINErrors
import SPINPatch
import SPINStorage
import SPINTestSupport
import Synchronization
import Testing

struct PatchApplicationTests {
  private let fixture: PatchFixture
  private var out: String { fixture.directory.file("out") }

  init() throws { fixture = try PatchFixture() }

  @Test func theCopyDiffersInExactlyTheListedWeights() throws {
    let patch = try fixture.patch()
    let receipt = try patch.apply(to: try fixture.model(), out: out)
    #expect(receipt.changedCount == 5)
    #expect(receipt.changedFileCount == 2)
    #expect(receipt.copy?.fileCount == 7)
    let difference = try CheckpointDifference(
      try fixture.model(), try ModelDirectory(path: out))
    #expect(difference.tensors.map(\.name) == ["brain", "full", "half"])
    // Index 2 of "brain" was zero before.
    #expect(difference.tensors.map(\.indices) == [[1, 3], [2], [1, 3]])
    let before = try PatchFixture.hashes(fixture.path)
    let after = try PatchFixture.hashes(out)
    // Nothing else but the patch is new.
    #expect(receipt.enclosedPatch == "spin-patch.json")
    #expect((before.keys + ["spin-patch.json"]).sorted() == after.keys.sorted())
    #expect(
      before.filter { after[$0.key] != $0.value }.keys.allSatisfy { $0.hasSuffix("safetensors") })
    #expect(FileSystem.status(out + "/tokenizer.json", following: false)?.kind == .file)
  }

  @Test func applyThenRevertRestoresEveryByte() throws {
    let patch = try fixture.patch(scale: 0.3)
    let before = try PatchFixture.hashes(fixture.path)
    try patch.apply(to: try fixture.model(), out: out)
    try patch.revert(try ModelDirectory(path: out), out: fixture.directory.file("back"))
    #expect(try PatchFixture.hashes(fixture.directory.file("back")) == before)
    try patch.applyInPlace(try fixture.model())
    #expect(try PatchFixture.hashes(fixture.path) == PatchFixture.hashes(out))
    try patch.revertInPlace(try fixture.model(), readFrom: fixture.file(of: patch))
    #expect(try PatchFixture.hashes(fixture.path) == before)
  }

  @Test func verifyTellsTheFourStates() throws {
    let patch = try fixture.patch()
    #expect(try patch.verify(try fixture.model()).state == .unpatched)
    try patch.applyInPlace(try fixture.model())
    let verification = try patch.verify(try fixture.model())
    #expect(verification.state == .patched)
    #expect(verification.newCount == 5)
    #expect(verification.oldCount == 1)
    try poke([0x01, 0x00])
    #expect(try patch.verify(try fixture.model()).state == .other)
    try poke([0x81, 0xBF])
    #expect(try patch.verify(try fixture.model()).state == .mixed)
  }

  @Test func anotherModelIsRefusedAndNothingIsWritten() throws {
    let patch = try fixture.patch()
    try poke([0x34, 0x12])
    let before = try PatchFixture.hashes(fixture.path)
    let text =
      "DIR/model/model-00002-of-00002.safetensors: tensor \"brain\" has 1234 at 1, the patch knows "
      + "bf81 and 0000; nothing was written; the patch was made for another model, test"
    fixture.expectError(text, code: .checkFailed) { try patch.apply(to: fixture.model(), out: out) }
    fixture.expectError(text, code: .checkFailed) { try patch.applyInPlace(fixture.model()) }
    fixture.expectError(text, code: .checkFailed) { try patch.revertInPlace(fixture.model()) }
    #expect(try PatchFixture.hashes(fixture.path) == before)
    #expect(try FileSystem.names(in: fixture.directory.path) == ["model"])
  }

  @Test func doingThingsTwiceIsRefused() throws {
    let patch = try fixture.patch()
    fixture.expectError(
      "DIR/model: does not have this patch; nothing was written; give the patched model",
      code: .checkFailed
    ) { try patch.revertInPlace(fixture.model()) }
    try patch.applyInPlace(try fixture.model())
    fixture.expectError(
      "DIR/model: has this patch already; nothing was written; use the model as it is",
      code: .checkFailed
    ) { try patch.applyInPlace(fixture.model()) }
    try poke([0x81, 0xBF])
    fixture.expectError(
      "DIR/model: has 4 of the 5 changes of this patch; nothing was written; start from a fresh "
        + "copy of the model", code: .checkFailed
    ) { try patch.revertInPlace(fixture.model()) }
  }

  @Test func existingTargetsAreRefusedUnlessEmpty() throws {
    let patch = try fixture.patch()
    try FileSystem.makeDirectory(out)
    try patch.apply(to: try fixture.model(), out: out)
    // The very copy that would be made is none to refuse.
    let again = try patch.apply(to: fixture.model(), out: out)
    #expect(again.copy?.wasThere == true)
    try Data("mine".utf8).write(to: URL(filePath: out + "/notes.txt"))
    fixture.expectError(
      "DIR/out: exists already; remove it, or choose another name", code: .cannotCreate
    ) { try patch.apply(to: fixture.model(), out: out) }
    fixture.expectError(
      "DIR/model/extra/out: lies inside DIR/model, which this command reads; choose a separate path",
      code: .cannotCreate
    ) { try patch.apply(to: fixture.model(), out: fixture.path + "/extra/out") }
  }

  /// Links and hard links would change the model for others.
  @Test func sharedFilesAreNotEditedInPlace() throws {
    let patch = try fixture.patch()
    let shard = fixture.path + "/model-00002-of-00002.safetensors"
    try FileManager.default.linkItem(atPath: shard, toPath: fixture.directory.file("other"))
    fixture.expectError(
      "DIR/model/model-00002-of-00002.safetensors: has 2 names (hard links); editing it in place "
        + "would change all of them; use out, which makes a copy", code: .cannotCreate
    ) { try patch.applyInPlace(fixture.model()) }
    try FileSystem.remove(shard)
    try FileManager.default.createSymbolicLink(atPath: shard, withDestinationPath: "../other")
    fixture.expectError(
      "DIR/model/model-00002-of-00002.safetensors: is a link, as in the Hugging Face cache; editing "
        + "it in place would change the model for everything that uses the cache; use out, which "
        + "makes a copy", code: .cannotCreate
    ) { try patch.applyInPlace(fixture.model()) }
    // A copy is no trouble.
    try patch.apply(to: try fixture.model(), out: out)
    #expect(try patch.verify(try fixture.model()).state == .unpatched)
  }

  @Test func aFullDiskLeavesNothing() throws {
    let patch = try fixture.patch()
    fixture.expectError(
      "DIR/out/model-00001-of-00002.safetensors: cannot be written (No space left on device); free "
        + "some disk space, then run the same command again", code: .inputOutput
    ) {
      try FileFault.withHook(
        below: fixture.directory.path,
        { operation, path in
          if operation == .write, path.hasSuffix("model-00001-of-00002.safetensors") {
            throw SPINError.cannotWrite(path, errno: ENOSPC)
          }
        }
      ) { try patch.apply(to: fixture.model(), out: out) }
    }
    #expect(try FileSystem.names(in: fixture.directory.path) == ["model"])
  }

  private func poke(_ bytes: [UInt8]) throws {
    let entry = try fixture.model().tensor("brain")
    try RandomAccessFile(path: entry.file.path, .update).write(
      bytes, at: entry.byteRange.lowerBound + 2)
  }
}

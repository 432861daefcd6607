// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINJSON
import SPINStorage
import SPINTestSupport
import Testing

@testable import SPINPatch

/// A copy brings the patch that made it, and a model that is reverted keeps nothing that speaks of the edit.
struct EnclosedPatchTests {
  private static let base = "---\nlicense: mit\ntags: [chat]\n---\n\n\n# Base\n\nIts text.\n"

  private let fixture: PatchFixture
  private var out: String { fixture.directory.file("out") }
  private var back: String { fixture.directory.file("back") }

  init() throws { fixture = try PatchFixture() }

  private func write(_ text: String, to path: String) throws {
    try OutputFile.write(Array(text.utf8), to: path)
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try FileSystem.read(path), as: UTF8.self)
  }

  /// An edited copy with the card of the edit.
  private func edited() throws -> Patch {
    let patch = try fixture.patch(scale: 0.3)
    try patch.apply(to: try fixture.model(), out: out)
    let present = FileSystem.status(out + "/README.md") == nil ? "" : try text(out + "/README.md")
    let card = EditCard(present).text(frontMatter: ["base_model: a/b"], body: "# Edited")
    try write(card, to: out + "/README.md")
    return patch
  }

  @Test func whoeverGetsTheCopyCanRevertIt() throws {
    let before = try PatchFixture.hashes(fixture.path)
    let patch = try edited()
    let enclosed = try Patch(path: out + "/spin-patch.json")
    #expect(enclosed.contentDigest == patch.contentDigest)
    #expect(try EnclosedPatch.names(of: patch, in: out) == ["spin-patch.json"])
    try enclosed.revert(try ModelDirectory(path: out), out: back)
    #expect(try PatchFixture.hashes(back) == before)
  }

  /// The file that was applied can be lost or replaced: the model itself says what undoes its edit.
  @Test func anEditInPlaceBringsItsPatch() throws {
    let before = try PatchFixture.hashes(fixture.path)
    let patch = try fixture.patch(scale: 0.3)
    let receipt = try patch.applyInPlace(at: fixture.path)
    #expect(receipt.enclosedPatch == "spin-patch.json")
    try Patch(path: fixture.path + "/spin-patch.json").revertInPlace(at: fixture.path)
    var after = try PatchFixture.hashes(fixture.path)
    #expect(after.removeValue(forKey: "spin-patch.json") != nil)
    #expect(after == before)
    // The same patch again needs no second file.
    try patch.applyInPlace(at: fixture.path)
    #expect(try EnclosedPatch.names(of: patch, in: fixture.path) == ["spin-patch.json"])
    #expect(FileSystem.status(fixture.path + "/spin-patch-2.json") == nil)
  }

  /// What somebody changed, or put there, is not what was written there.
  @Test func aPatchOfSomebodyStays() throws {
    let patch = try fixture.patch(scale: 0.3)
    let mine = fixture.path + "/spin-patch.json"
    try patch.write(to: mine)
    let noted = try text(mine).replacing("\"tool_version\"", with: "\n\"tool_version\"")
    try write(noted, to: mine)
    try patch.applyInPlace(at: fixture.path)
    try patch.revertInPlace(at: fixture.path, readFrom: fixture.file(of: patch))
    #expect(try text(mine) == noted)
  }

  /// Of two edits the one that is undone takes its own with it, and leaves the card of the other.
  @Test func theCardOfAnotherEditStays() throws {
    let first = try edited()
    let card = try text(out + "/README.md")
    let second = try Patch.make(
      model: try ModelDirectory(path: out), weights: [("half", [0])], scale: 0.7, provenance: [:],
      toolVersion: "0")
    // A copy has no card that is not its own.
    try second.apply(to: try ModelDirectory(path: out), out: back)
    #expect(FileSystem.status(back + "/README.md") == nil)
    let receipt = try second.applyInPlace(at: out)
    #expect(receipt.enclosedPatch == "spin-patch-2.json" && receipt.warnings.count == 1)
    try second.revertInPlace(at: out, readFrom: fixture.file(of: second))
    #expect(try text(out + "/README.md") == card)
    #expect(try EnclosedPatch.names(of: first, in: out) == ["spin-patch.json"])
    #expect(FileSystem.status(out + "/spin-patch-2.json") == nil)
  }

  /// A model may have a file of that name, such as the patch of the edit before.
  @Test func aFileOfTheModelIsNotWrittenOver() throws {
    try write("mine", to: fixture.path + "/SPIN-patch.json")
    try write("{}", to: fixture.path + "/spin-patch-2.json")
    let before = try PatchFixture.hashes(fixture.path)
    let patch = try fixture.patch(scale: 0.3)
    let receipt = try patch.apply(to: try fixture.model(), out: out)
    #expect(receipt.enclosedPatch == "spin-patch-3.json")
    #expect(try text(out + "/SPIN-patch.json") == "mine")
    try patch.revert(try ModelDirectory(path: out), out: back)
    #expect(try PatchFixture.hashes(back) == before)
  }

  /// The card of the base model comes back byte by byte, whatever it begins with.
  @Test(arguments: [base, "# Only text\n", "\n\n# Lines before\n", "---\nlicense: mit\n---\n", ""])
  func aRevertedModelHasTheCardOfTheBaseModel(_ card: String) throws {
    if !card.isEmpty { try write(card, to: fixture.path + "/README.md") }
    let before = try PatchFixture.hashes(fixture.path)
    let patch = try edited()
    let edit = try text(out + "/README.md")
    #expect(edit.hasPrefix("---\nbase_model: a/b\n---\n") && edit.contains("# Edited"))
    #expect(EditCard(edit).isIntact == true)
    // Written again, it is the same.
    #expect(
      EditCard(edit).text(frontMatter: ["base_model: a/b"], body: "# Edited") == edit)
    try patch.revert(try ModelDirectory(path: out), out: back)
    #expect(try PatchFixture.hashes(back) == before)
    // In place, where the patch stays: it may be the only one.
    try patch.revertInPlace(at: out)
    var after = try PatchFixture.hashes(out)
    #expect(after.removeValue(forKey: "spin-patch.json") != nil)
    #expect(after == before)
    try Patch(path: out + "/spin-patch.json").applyInPlace(at: out)
  }

  /// What somebody wrote into the card is not lost in place; the copy is of the model before.
  @Test func aChangedCardStaysInPlaceAndIsTold() throws {
    let patch = try edited()
    let changed = try text(out + "/README.md") + "My notes.\n"
    try write(changed, to: out + "/README.md")
    try patch.revert(try ModelDirectory(path: out), out: back)
    #expect(FileSystem.status(back + "/README.md") == nil)
    let receipt = try patch.revertInPlace(at: out)
    #expect(try text(out + "/README.md") == changed)
    #expect(
      receipt.warnings == [
        "\(out)/README.md describes the edit, was changed since spin wrote it, and is left as it is"
      ])
  }

  /// Other copies of the weights are those of a reverted model, so that nobody need be warned of them.
  @Test func theNoticeOfOtherCopiesGoesWithTheEdit() throws {
    try write("weights", to: fixture.path + "/pytorch_model.bin")
    for card in ["# Base\n", nil] {
      let path = fixture.path + "/README.md"
      if let card { try write(card, to: path) } else { try FileSystem.remove(path) }
      let before = try PatchFixture.hashes(fixture.path)
      let patch = try fixture.patch(scale: 0.3)
      for folder in [out, back] { try? FileManager.default.removeItem(atPath: folder) }
      try patch.apply(to: try fixture.model(), out: out, keepsOtherCopies: true)
      #expect(try text(out + "/README.md").contains("**Warning.**"))
      try patch.revert(try ModelDirectory(path: out), out: back, keepsOtherCopies: true)
      #expect(try PatchFixture.hashes(back) == before)
    }
  }
}

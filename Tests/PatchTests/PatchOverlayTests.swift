// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINPatch
import SPINStorage
import SPINTestSupport
import Testing

struct PatchOverlayTests {
  private let fixture: PatchFixture

  init() throws { fixture = try PatchFixture() }

  @Test func theOverlayEqualsThePatchedCopyAndLeavesTheFiles() throws {
    let patch = try fixture.patch(scale: 0.3)
    let before = try PatchFixture.hashes(fixture.path)
    let model = try fixture.model()
    let original = tensors(of: model)
    let overlay = try PatchOverlay(patch, on: model)
    #expect(!overlay.isApplied)
    #expect(tensors(of: model) == original)
    try overlay.apply()
    try overlay.apply()
    try patch.apply(to: try fixture.model(), out: fixture.directory.file("out"))
    #expect(
      tensors(of: model) == tensors(of: try ModelDirectory(path: fixture.directory.file("out"))))
    #expect(tensors(of: model) != original)
    #expect(try patch.verify(model, hashing: false).state == .patched)
    try overlay.revert()
    #expect(tensors(of: model) == original)
    #expect(try PatchFixture.hashes(fixture.path) == before)
  }

  @Test func withPutsBackWhatWasThereAlsoAfterAnError() throws {
    struct Failure: Error {}
    let model = try fixture.model()
    let overlay = try PatchOverlay(try fixture.patch(), on: model)
    #expect(try overlay.with(true) { overlay.isApplied })
    #expect(!overlay.isApplied)
    #expect(throws: Failure.self) { try overlay.with(true) { throw Failure() } }
    #expect(!overlay.isApplied)
    try overlay.apply()
    #expect(try !overlay.with(false) { overlay.isApplied })
    #expect(overlay.isApplied)
  }

  @Test func aPatchOfAnotherModelIsRefused() throws {
    let patch = try fixture.patch()
    try patch.applyInPlace(try fixture.model())
    fixture.expectError(
      "DIR/model: has this patch already; leave out --patch: the model computes with the edit as it is; to compare both, "
        + "give --patch and the model before the edit, which `spin patch revert` makes",
      code: .checkFailed
    ) { try PatchOverlay(patch, on: try fixture.model()) }
  }

  private func tensors(of model: ModelDirectory) -> [String: [UInt8]] {
    model.tensors.mapValues { $0.file.bytes($0.byteRange) }
  }
}

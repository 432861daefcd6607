// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINPatch
import SPINStorage
import SPINTestSupport
import Testing

struct PatchInMemoryTests {
  private let fixture: PatchFixture

  init() throws { fixture = try PatchFixture() }

  @Test func theEditedModelIsThePatchedCopyAndNothingElseChanges() throws {
    let patch = try fixture.patch(scale: 0.3)
    let before = try PatchFixture.hashes(fixture.path)
    let model = try fixture.model()
    let original = tensors(of: model)
    let edited = try patch.edited(model)
    try patch.apply(to: try fixture.model(), out: fixture.directory.file("out"))
    let expected = tensors(of: try ModelDirectory(path: fixture.directory.file("out")))
    #expect(tensors(of: edited) == expected && expected != original)
    #expect(try patch.verify(edited, hashing: false).state == .patched)
    // The two stand side by side, and a third does too.
    #expect(tensors(of: model) == original)
    let other = try fixture.patch(scale: 0).edited(model)
    #expect(tensors(of: other) != expected && tensors(of: other) != original)
    #expect(tensors(of: edited) == expected && tensors(of: model) == original)
    // A budget that is short of memory asks for pages back; the edit has to stay.
    for entry in edited.tensors.values { entry.file.releasePages(0..<entry.file.byteCount) }
    #expect(tensors(of: edited) == expected)
    #expect(try PatchFixture.hashes(fixture.path) == before)
  }

  /// A device keeps copies of weights under their identities: those of two models differ wherever the numbers may.
  @Test func anEditedMappingIsAnotherOne() throws {
    let model = try fixture.model()
    let edited = try fixture.patch().edited(model)
    let name = try #require(try fixture.patch().tensors.first?.name)
    let files = [model, edited].map { $0.tensors[name]?.file }
    #expect(files[0]?.identity != files[1]?.identity)
    #expect(try #require(files[1]).version > 0)
  }

  @Test func aPatchOfAnotherModelIsRefused() throws {
    let patch = try fixture.patch()
    try patch.applyInPlace(try fixture.model())
    fixture.expectError(
      "DIR/model: has this patch already; leave out patch: the model computes with the edit as it is; to compare both, "
        + "give patch and the model before the edit, which `spin patch revert` makes",
      code: .checkFailed
    ) { try patch.edited(try fixture.model()) }
  }

  /// A file that another program put in the place of the opened one is not half edited.
  @Test func aFileThatWasReplacedIsNotMappedAgain() throws {
    let model = try fixture.model()
    let path = try #require(model.tensors.values.first).file.path
    var bytes = try FileSystem.read(path)
    bytes[bytes.count - 1] ^= 1
    try OutputFile.write(bytes, to: path)
    #expect(throws: SPINError.self) { try fixture.patch().edited(model) }
  }

  private func tensors(of model: ModelDirectory) -> [String: [UInt8]] {
    model.tensors.mapValues { $0.file.bytes($0.byteRange) }
  }
}

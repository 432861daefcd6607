// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINCheckpoint
import SPINErrors
import SPINExecution
import SPINJSON
import SPINPatch
import SPINStorage
import SPINTestSupport
import Testing

struct AdapterInMemoryTests {
  @Test(arguments: [false, true], ElementType.allCases)
  func theEditedModelIsTheMergedCopyAndNothingElseChanges(_ isDoRA: Bool, _ type: ElementType)
    throws
  {
    let made = try MadeModel(type)
    let adapter = MergeTests.adapter(isDoRA: isDoRA, seed: 21)
    let bytes = try FileSystem.read(made.path + "/model.safetensors")
    let model = try made.model()
    let original = tensors(of: model)
    let out = made.directory.file("out")
    try adapter.merge(into: model, out: out)
    let merged = tensors(of: try ModelDirectory(path: out))
    #expect(merged != original)
    let edited = try adapter.edited(model)
    #expect(tensors(of: edited) == merged)
    // A budget that is short of memory asks for pages back; the adapter has to stay.
    for entry in edited.tensors.values { entry.file.releasePages(0..<entry.file.byteCount) }
    #expect(tensors(of: edited) == merged)
    #expect(tensors(of: model) == original)
    #expect(try FileSystem.read(made.path + "/model.safetensors") == bytes)
  }

  /// On whole files of PEFT's, of several shards and types.
  @Test(arguments: AdapterFixture.names) func theEditedModelOfAFixtureIsItsMerge(
    _ name: String
  ) throws {
    let fixture = try AdapterFixture(name)
    let directory = try TemporaryDirectory()
    let adapter = try LowRankAdapter(path: fixture.path)
    let model = try ModelDirectory(path: fixture.model)
    try adapter.merge(into: model, out: directory.file("out"))
    let edited = try adapter.edited(model, on: Execution(threads: 2))
    #expect(
      tensors(of: edited) == tensors(of: try ModelDirectory(path: directory.file("out"))))
    #expect(adapter.editDigest.count == 64)
  }

  @Test func digestsTellAdaptersApart() throws {
    func digest(_ isDoRA: Bool, _ seed: UInt64) -> String {
      MergeTests.adapter(isDoRA: isDoRA, seed: seed).editDigest
    }
    #expect(digest(false, 1) == digest(false, 1))
    #expect(
      Set([digest(false, 1), digest(true, 1), digest(false, 2)]).count == 3)
  }
}

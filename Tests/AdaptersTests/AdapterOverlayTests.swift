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

struct AdapterOverlayTests {
  @Test(arguments: [false, true], ElementType.allCases)
  func theOverlayEqualsTheMergedCopyAndLeavesTheFiles(_ isDoRA: Bool, _ type: ElementType) throws {
    let made = try MadeModel(type)
    let adapter = MergeTests.adapter(isDoRA: isDoRA, seed: 21)
    let bytes = try FileSystem.read(made.path + "/model.safetensors")
    let model = try made.model()
    let original = tensors(of: model)
    let overlay = try AdapterOverlay(adapter, on: model)
    #expect(!overlay.isApplied && tensors(of: model) == original)
    let out = made.directory.file("out")
    try adapter.merge(into: model, out: out)
    let merged = tensors(of: try ModelDirectory(path: out))
    #expect(merged != original)
    for _ in 0..<2 {
      try overlay.apply()
      try overlay.apply()
      #expect(overlay.isApplied && tensors(of: model) == merged)
      // A budget that is short of memory asks for pages back; the overlay has to stay.
      for entry in model.tensors.values { entry.file.releasePages(0..<entry.file.byteCount) }
      #expect(tensors(of: model) == merged)
      try overlay.revert()
      try overlay.revert()
      #expect(!overlay.isApplied && tensors(of: model) == original)
    }
    #expect(try overlay.with(true) { overlay.isApplied })
    #expect(tensors(of: model) == original)
    #expect(try FileSystem.read(made.path + "/model.safetensors") == bytes)
  }

  /// On whole files of PEFT's, of several shards and types.
  @Test(arguments: AdapterFixture.names) func theOverlayOfAFixtureEqualsItsMerge(
    _ name: String
  ) throws {
    let fixture = try AdapterFixture(name)
    let directory = try TemporaryDirectory()
    let adapter = try LowRankAdapter(path: fixture.path)
    let model = try ModelDirectory(path: fixture.model)
    try adapter.merge(into: model, out: directory.file("out"))
    let overlay = try AdapterOverlay(adapter, on: model, execution: Execution(threads: 2))
    #expect(
      try overlay.with(true) { tensors(of: model) }
        == tensors(of: try ModelDirectory(path: directory.file("out"))))
    #expect(overlay.digest.count == 64)
    #expect(
      overlay.summary["adapter"]?.object?["parameters"]
        == .integer(
          Int64(adapter.parameterCount)))
  }

  @Test func digestsTellAdaptersApart() throws {
    let model = try MadeModel(.float32).model()
    func digest(_ isDoRA: Bool, _ seed: UInt64) throws -> String {
      try AdapterOverlay(MergeTests.adapter(isDoRA: isDoRA, seed: seed), on: model).digest
    }
    #expect(try digest(false, 1) == digest(false, 1))
    #expect(
      try Set([digest(false, 1), digest(true, 1), digest(false, 2)]).count == 3)
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINCheckpoint
import SPINDecoderNames
import SPINJSON
import SPINPatch
import SPINStorage
import SPINTestSupport
import Testing

/// Patches and adapters of checkpoints whose tensors have other names, or more of them.
struct StoredNameTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try FileSystem.makeDirectory(directory.file("model"))
  }

  private func model(_ name: String) throws -> ModelDirectory {
    try ChangedCheckpoint()(name).write(to: directory.file("model"))
    return try ModelDirectory(path: directory.file("model"))
  }

  private func patch(_ model: ModelDirectory) throws -> Patch {
    let up = MatrixName(layer: 1, projection: .up).tensor
    return try Patch.make(
      model: model, weights: [(up, [0, 7, 30])], scale: 0, provenance: [:], name: "made",
      toolVersion: "0")
  }

  @Test func aPatchHasTheNamesOfTheFileAndAnAdapterThoseOfPEFT() throws {
    let model = try model("bare decoder, tied")
    let patch = try patch(model)
    #expect(patch.tensors.map(\.name) == ["layers.1.mlp.up_proj.weight"])
    try patch.apply(to: model, out: directory.file("patched"))
    let patched = try ModelDirectory(path: directory.file("patched"))
    #expect(try patch.verify(patched).matchesPatched == true)
    let difference = try CheckpointDifference(model, patched)
    #expect(difference.tensors.map(\.name) == ["layers.1.mlp.up_proj.weight"])

    try PatchExport(patch, of: model).write(to: directory.file("adapter"))
    let file = try SafetensorsFile(path: directory.file("adapter/adapter_model.safetensors"))
    #expect(
      file.entries.map(\.name).allSatisfy {
        $0.hasPrefix("base_model.model.model.layers.1.mlp.up_proj.lora_")
      })
    try LowRankAdapter(path: directory.file("adapter"))
      .merge(into: model, out: directory.file("merged"))
    #expect(
      try FileSystem.read(directory.file("merged/model.safetensors"))
        == FileSystem.read(directory.file("patched/model.safetensors")))
  }

  @Test(arguments: ["leftovers", "tied, another head stored", "tied, only the head stored"])
  func aPatchChangesNothingBesides(name: String) throws {
    let model = try model(name)
    let before = try FileSystem.read(model.path + "/model.safetensors")
    let patch = try patch(model)
    try patch.apply(to: model, out: directory.file("patched"))
    let after = try FileSystem.read(directory.file("patched/model.safetensors"))
    let entry = try model.tensor(MatrixName(layer: 1, projection: .up).tensor)
    #expect(before.count == after.count)
    #expect(
      before.indices.filter { before[$0] != after[$0] }
        .allSatisfy { entry.byteRange.contains($0) })
    try patch.applyInPlace(model)
    #expect(try FileSystem.read(model.path + "/model.safetensors") == after)
    try patch.revertInPlace(ModelDirectory(path: model.path))
    #expect(try FileSystem.read(model.path + "/model.safetensors") == before)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINErrors
import SPINImport
import SPINStorage
import SPINTestSupport
import Testing

/// Folders with .bin weights become checkpoints in safetensors.
struct PyTorchImportTests {
  private static let folder = Fixture.root + "/pytorch"

  @Test(arguments: ["single", "sharded"]) func tensorsAreThoseOfPyTorch(_ name: String) throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("model")
    let job = try ModelImport(source: "\(Self.folder)/\(name)")
    try job.write(to: target)
    let imported = try ModelDirectory(path: target)
    var expected = Dictionary(
      uniqueKeysWithValues: try SafetensorsFile(path: Self.folder + "/expected.safetensors")
        .entries.map { ($0.name, $0) })
    expected["model.layers.0.self_attn.rotary_emb.inv_freq"] = nil
    #expect(job.plan.notes.contains { $0.contains("inv_freq") })
    if name == "single" {
      // config.json ties it.
      expected["lm_head.weight"] = nil
      #expect(job.plan.notes.contains { $0.contains("\"lm_head.weight\" is left out") })
    }
    #expect(Set(imported.tensors.keys) == Set(expected.keys))
    for (key, entry) in expected {
      let tensor = try imported.tensor(key)
      #expect(tensor.shape == entry.shape && tensor.elementTypeName == entry.elementTypeName)
      #expect(tensor.file.bytes(tensor.byteRange) == entry.file.bytes(entry.byteRange), "\(key)")
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: target).sorted()
    #expect(
      files == ["config.json", "model.safetensors", "spin_import.json", "tokenizer_config.json"])
    #expect(
      try Data(contentsOf: URL(filePath: target + "/config.json"))
        == Data(contentsOf: URL(filePath: "\(Self.folder)/\(name)/config.json")))
    let origin = try #require(imported.origin)
    #expect(!origin.isDequantized)
    #expect(origin.statement.hasPrefix("converted from pytorch_model"))
  }

  /// What else is in the folder is copied, but nothing to which a link leads out of it.
  @Test func linksOutOfTheFolderAreNotFollowed() throws {
    let directory = try TemporaryDirectory()
    let source = directory.file("source")
    try FileManager.default.copyItem(atPath: Self.folder + "/single", toPath: source)
    try OutputFile.write([1], to: directory.file("secret"))
    try FileManager.default.createSymbolicLink(
      atPath: source + "/README.md", withDestinationPath: "../secret")
    let target = directory.file("model")
    let error = #expect(throws: SPINError.self) {
      try ModelImport(source: source).write(to: target)
    }
    #expect(error?.message == "is a link out of the model's folder, to ../secret")
    #expect(FileSystem.status(target) == nil)
  }

  @Test func theTypeIsChangedOnRequest() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("model")
    try ModelImport(source: Self.folder + "/single", elementType: .bfloat16).write(to: target)
    let imported = try ModelDirectory(path: target)
    #expect(try imported.tensor("model.layers.0.self_attn.q_proj.weight").elementType == .bfloat16)
    // Not a type that is computed on: kept.
    #expect(try imported.tensor("positions").elementTypeName == "I64")
    let config = String(
      decoding: try Data(contentsOf: URL(filePath: target + "/config.json")), as: UTF8.self)
    #expect(config.contains("\"torch_dtype\": \"bfloat16\""))
  }

  @Test func aMissingOrWrongShardIsNamed() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("model")
    try FileManager.default.copyItem(atPath: Self.folder + "/sharded", toPath: target)
    let first = target + "/pytorch_model-00001-of-00002.bin"
    let second = target + "/pytorch_model-00002-of-00002.bin"
    try FileManager.default.removeItem(atPath: second)
    #expect(throws: SPINError.self) { try ModelImport(source: target) }
    try FileManager.default.copyItem(atPath: first, toPath: second)
    let error = try #require(throws: SPINError.self) { try ModelImport(source: target) }
    #expect("\(error)".contains("holds too"), "\(error)")
  }
}

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

  /// One changed bit of a weight is found before anything is written.
  @Test func aDamagedWeightIsNotImported() throws {
    let directory = try TemporaryDirectory()
    let (source, target) = (directory.file("source"), directory.file("model"))
    try FileManager.default.copyItem(atPath: Self.folder + "/single", toPath: source)
    let path = source + "/pytorch_model.bin"
    var bytes = try FileSystem.read(path)
    let weights = try SafetensorsFile(path: Self.folder + "/expected.safetensors").entries
    let embedding = try #require(weights.first { $0.name == "model.embed_tokens.weight" })
    let first = embedding.byteRange.lowerBound
    let start = embedding.file.bytes(first..<first + 8)
    let place = try #require((0..<bytes.count - 8).first { Array(bytes[$0..<$0 + 8]) == start })
    bytes[place] ^= 1
    try Data(bytes).write(to: URL(filePath: path))
    let error = try #require(throws: SPINError.self) {
      try ModelImport(source: source).write(to: target)
    }
    #expect("\(error)".contains("data/0\": has the checksum"), "\(error)")
    #expect(FileSystem.status(target) == nil)
  }

  /// NaN in a weight is no model; a number that the type asked for does not hold is named with others.
  @Test(arguments: [
    (
      [0xC0, 0x7F] as [UInt8], nil as ElementType?,
      "would hold 1 NaN value, the first at row 0, column 0"
    ),
    ([0xC0, 0x7F], .float32, "would hold 1 NaN value"),
    ([0x80, 0x47], .float16, "the largest number of F16 is 65504; give elementType: bf16 or f32"),
  ]) func weightsThatAreNotFiniteAreNotImported(
    value: [UInt8], type: ElementType?, message: String
  ) throws {
    let directory = try TemporaryDirectory()
    let (source, target) = (directory.file("source"), directory.file("model"))
    try FileManager.default.copyItem(atPath: Self.folder + "/single", toPath: source)
    let path = source + "/pytorch_model.bin"
    var bytes = try FileSystem.read(path)
    let weights = try SafetensorsFile(path: Self.folder + "/expected.safetensors").entries
    let embedding = try #require(weights.first { $0.name == "model.embed_tokens.weight" })
    let first = embedding.byteRange.lowerBound
    let start = embedding.file.bytes(first..<first + 8)
    let place = try #require((0..<bytes.count - 8).first { Array(bytes[$0..<$0 + 8]) == start })
    bytes.replaceSubrange(place..<place + 2, with: value)
    // As an archive without checksums, which nothing protects.
    for (mark, offset) in [
      ([0x50, 0x4B, 1, 2] as [UInt8], 16), ([0x50, 0x4B, 3, 4], 14), ([0x50, 0x4B, 7, 8], 4),
    ] {
      for index in 0..<bytes.count - 20 where Array(bytes[index..<index + 4]) == mark {
        bytes.replaceSubrange(index + offset..<index + offset + 4, with: [0, 0, 0, 0])
      }
    }
    try Data(bytes).write(to: URL(filePath: path))
    let job = try ModelImport(source: source, elementType: type)
    #expect(
      job.plan.notes.contains(
        "pytorch_model.bin holds no checksums: damage to its weights cannot be noticed"))
    let error = try #require(throws: SPINError.self) { try job.write(to: target) }
    #expect("\(error)".contains(message), "\(error)")
    #expect("\(error)".contains("tensor \"model.embed_tokens.weight\""), "\(error)")
    #expect(FileSystem.status(target) == nil)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINStorage
import SPINTestSupport
import Testing

@testable import SPINPatch

/// Copies of the weights that an edit does not change.
struct OtherCopiesTests {
  private let fixture: PatchFixture
  private var out: String { fixture.directory.file("out") }

  init() throws { fixture = try PatchFixture() }

  private func put(_ name: String, _ bytes: [UInt8] = [1, 2, 3]) throws {
    let path = fixture.path + "/" + name
    try FileSystem.ensureDirectory(FileSystem.parent(of: path))
    try OutputFile.write(bytes, to: path)
  }

  private static let copies = [
    "consolidated.safetensors", "consolidated.safetensors.index.json", "consolidated.00.pth",
    "consolidated.01.pt", "pytorch_model.bin", "pytorch_model-00001-of-00002.bin",
    "pytorch_model.bin.index.json", "model-Q4_K_M.gguf", "Model.GGUF", "model.gguf.part1of2",
    "ggml-model-q4_0.bin", "model.onnx", "decoder_model_merged.onnx_data", "tf_model.h5",
    "tf_model-00001-of-00002.h5", "tf_model.h5.index.json", "flax_model.msgpack",
    "flax_model.msgpack.index.json", "rust_model.ot", "weights.npz", "model.ckpt",
    "model.ckpt-1000.data-00000-of-00001", "openvino_model.xml", "openvino_model.bin",
    "model.tflite", "checkpoint-500/pytorch_model.bin", "model.safetensors.index.fp16.json",
    "nested/deep/model.onnx",
  ]
  private static let folders = ["original/", "onnx/", "openvino/", "metal/", "Model.mlpackage/"]
  private static let others = [
    "training_args.bin", "optimizer.pt", "rng_state_0.pth", "scheduler.pt", "adapter_model.bin",
    "small.bin", "spiece.model", "merges.txt", "tokenizer.json.txt", "originals/readme.txt",
    "openvino_tokenizer.xml", "onnx.md", "chat_template.jinja", "params.json",
  ]

  @Test func otherCopiesAreLeftOutByDefault() throws {
    for name in Self.copies + Self.others { try put(name) }
    for folder in Self.folders { try put(folder + "params.json") }
    let receipt = try #require(
      try fixture.patch().apply(to: try fixture.model(), out: out).copy)
    #expect(
      Set(receipt.otherCopies.map(\.path)) == Set(Self.copies + Self.folders),
      "\(Set(receipt.otherCopies.map(\.path)).symmetricDifference(Self.copies + Self.folders))")
    #expect(!receipt.keepsOtherCopies)
    #expect(receipt.otherCopies.reduce(0) { $0 + $1.byteCount } == 3 * (28 + 5))
    #expect(receipt.otherCopies.allSatisfy { !$0.reason.isEmpty })
    let copied = try PatchFixture.hashes(out)
    for name in Self.copies { #expect(copied[name] == nil, "\(name)") }
    for name in Self.others { #expect(copied[name] != nil, "\(name)") }
    for folder in Self.folders { #expect(FileSystem.status(out + "/" + folder) == nil) }
    #expect(try fixture.patch().verify(try ModelDirectory(path: out)).matchesPatched == true)
    #expect(copied["README.md"] == nil)
  }

  @Test func theyAreKeptWhereTheyAreAskedForAndTheCardWarns() throws {
    let card = "---\nlicense: mit\n---\n# A model\n"
    try put("README.md", Array(card.utf8))
    for name in ["pytorch_model.bin", "original/consolidated.00.pth"] { try put(name) }
    let receipt = try fixture.patch().apply(
      to: try fixture.model(), out: out, keepsOtherCopies: true)
    #expect(receipt.copy?.keepsOtherCopies == true)
    #expect(receipt.copy?.otherCopies.map(\.path) == ["original/", "pytorch_model.bin"])
    let copied = try PatchFixture.hashes(out)
    #expect(copied["pytorch_model.bin"] != nil && copied["original/consolidated.00.pth"] != nil)
    func text() throws -> String {
      String(decoding: try FileSystem.read(out + "/README.md"), as: UTF8.self)
    }
    let expected = """
      ---
      license: mit
      ---
      <!-- spin: other copies of the weights -->

      > **Warning.** This folder holds other copies of the weights, and these are not edited: \
      `original/`, `pytorch_model.bin`. A program that reads one of them runs the model as it was before.

      <!-- spin: end -->

      # A model

      """
    #expect(try text() == expected)
    // Said once, however often.
    try OtherCopiesNotice.add(to: out)
    #expect(try text() == expected)
    // The original's card is not ours to change.
    #expect(try FileSystem.read(fixture.path + "/README.md") == Array(card.utf8))
  }

  /// Safetensors are judged by their tensors: a part of another kind belongs to the model.
  @Test func safetensorsAreToldByTheirTensors() throws {
    for (name, tensor) in [
      ("model.fp32.safetensors", "full"), ("checkpoint-5/model.safetensors", "half"),
      ("mm_projector.safetensors", "projector"), ("adapter_model.safetensors", "full"),
    ] {
      try FileSystem.ensureDirectory(FileSystem.parent(of: fixture.path + "/" + name))
      let writer = try SafetensorsWriter(
        path: fixture.path + "/" + name,
        tensors: [.init(name: tensor, type: .float32, shape: [1])])
      try writer.write([0, 0, 0, 0], to: tensor)
      try writer.finish()
    }
    let receipt = try fixture.patch().apply(to: try fixture.model(), out: out).copy
    #expect(
      receipt?.otherCopies.map(\.path)
        == ["checkpoint-5/model.safetensors", "model.fp32.safetensors"])
  }

  /// The single file wins over an index, whose shards are then another copy.
  @Test func shardsThatAreNotUsedAreAnotherCopy() throws {
    let writer = try SafetensorsWriter(
      path: fixture.path + "/model.safetensors",
      tensors: [.init(name: "brain", type: .bfloat16, shape: [3, 2])])
    try writer.write([UInt8](repeating: 1, count: 12), to: "brain")
    try writer.finish()
    let model = try fixture.model()
    let patch = try Patch.make(
      model: model, weights: [("brain", [1])], scale: 0, provenance: [:], toolVersion: "0")
    let receipt = try patch.apply(to: model, out: out)
    // The first shard shares no tensor with the model, but has the name of a shard.
    #expect(
      receipt.copy?.otherCopies.map(\.path) == [
        "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
      ])
    #expect(try patch.verify(try ModelDirectory(path: out)).matchesPatched == true)
  }
}

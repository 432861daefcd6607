// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

struct ModelDirectoryTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func oneFileIsAModel() throws {
    try writeModel(in: directory, shards: [("model.safetensors", [("a", [2, 2]), ("b", [])])])
    let model = try ModelDirectory(path: directory.path)
    #expect(model.tensors.keys.sorted() == ["a", "b"])
    #expect(try model.tensor("a").shape == [2, 2])
    #expect(model.warnings == [])
    #expect(model.weightFileNames == ["model.safetensors"])
  }

  @Test func shardsAreOneModel() throws {
    try writeShards()
    let model = try ModelDirectory(path: directory.path)
    #expect(try model.tensor("a").file.path.hasSuffix("model-00001-of-00002.safetensors"))
    #expect(try model.tensor("c").file.path.hasSuffix("model-00002-of-00002.safetensors"))
    #expect(model.warnings == [])
  }

  @Test func hashesAreThoseOfSha256sum() throws {
    try writeShards()
    let model = try ModelDirectory(path: directory.path)
    let hashes = try model.fileHashes()
    #expect(hashes.keys.sorted() == model.weightFileNames)
    for (name, hash) in hashes {
      #expect(hash == FileDigest.sha256(try FileSystem.read(directory.file(name))))
    }
    #expect(
      ModelDirectory.modelHash(of: ["b": "22", "a": "11"])
        == FileDigest.sha256(Array("11  a\n22  b\n".utf8)))
    #expect(try model.modelHash() == ModelDirectory.modelHash(of: hashes))
  }

  /// Snapshots of the Hugging Face cache are directories of links.
  @Test func linksAreFollowed() throws {
    try writeModel(in: directory, shards: [("blob", [("a", [2])])])
    try FileManager.default.createDirectory(
      atPath: directory.file("snapshot"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: directory.file("snapshot/model.safetensors"), withDestinationPath: "../blob")
    #expect(try ModelDirectory(path: directory.file("snapshot")).tensors.count == 1)
  }

  @Test func anIndexMayListTheOtherOfATiedPair() throws {
    let shard = "model-00001-of-00001.safetensors"
    let names = ["lm_head.weight", "model.embed_tokens.weight"]
    for (absent, stored) in [(names[0], names[1]), (names[1], names[0])] {
      try writeModel(in: directory, shards: [(shard, [(stored, [2, 2])])])
      try index(#"{"weight_map":{"\#(stored)":"\#(shard)","\#(absent)":"\#(shard)"}}"#)
      let warnings = try ModelDirectory(path: directory.path).warnings
      #expect(warnings.count == 1 && warnings[0].contains("lists the tensor \"\(absent)\""))
      try index(#"{"weight_map":{"\#(stored)":"\#(shard)","x":"\#(shard)"}}"#)
      #expect(throws: SPINError.self) { try ModelDirectory(path: directory.path) }
    }
  }

  @Test func oddButUsableIndicesWarn() throws {
    try writeShards()
    try index(#"{"metadata":{"total_size":7},"weight_map":{"a":"\#(first)","c":"\#(second)"}}"#)
    let path = directory.file("model.safetensors.index.json")
    #expect(
      try ModelDirectory(path: directory.path).warnings == [
        "\(path): does not list 1 of the tensors in its shards, such as \"b\"",
        "\(path): gives a total size of 7, the shards hold 18",
      ])
  }

  @Test(arguments: [
    (
      #"{"weight_map":{"a":"../model.safetensors"}}"#,
      "line 1, column 42: the shard of \"a\" is \"../model.safetensors\", expected a file name "
        + "without a path; do not use this model: its index points outside its folder"
    ),
    (
      #"{"weight_map":{"a":".."}}"#,
      "line 1, column 24: the shard of \"a\" is \"..\", expected a file name without a path; do "
        + "not use this model: its index points outside its folder"
    ),
    (
      #"{"weight_map":{"a":"/etc/passwd"}}"#,
      "line 1, column 33: the shard of \"a\" is \"/etc/passwd\", expected a file name without a "
        + "path; do not use this model: its index points outside its folder"
    ),
    (
      #"{"weight_map":{"a":"model-9.safetensors"}}"#,
      "names the shard \"model-9.safetensors\", which is not in the folder; download the missing "
        + "shard"
    ),
    (
      #"{"weight_map":{"c":"model-00001-of-00002.safetensors"}}"#,
      "says that model-00001-of-00002.safetensors holds the tensor \"c\", which it does not; "
        + "download the index and the shards again"
    ),
    (#"{"weight_map":{}}"#, "has no \"weight_map\" that names a tensor; download it again"),
    (
      #"{"weight_map":{"a":"x","a":"y"}}"#,
      "line 1, column 28: the key \"a\" occurs twice in one object"
    ),
    (
      "version https://git-lfs.github.com/spec/v1\n",
      "is a Git-LFS pointer, not the weights; install Git LFS and run `git lfs pull` in that folder"
    ),
  ])
  func brokenIndicesAreRefused(json: String, message: String) throws {
    try writeShards()
    try index(json)
    expectError("DIR/model.safetensors.index.json: " + message, in: directory) {
      try ModelDirectory(path: directory.path)
    }
  }

  @Test func aTensorInTwoShardsIsRefused() throws {
    try writeModel(in: directory, shards: [(first, [("a", [2])]), (second, [("a", [2])])])
    try index(#"{"weight_map":{"a":"\#(first)","b":"\#(second)"}}"#)
    expectError(
      "DIR/\(second): holds the tensor \"a\", which DIR/\(first) holds too; keep the shards of one "
        + "checkpoint only", in: directory
    ) { try ModelDirectory(path: directory.path) }
  }

  @Test(arguments: [
    (
      ["model-Q4.gguf"],
      ": holds only GGUF weights (model-Q4.gguf); convert them: spin model import "
        + "DIR/model-Q4.gguf --out model-Q4"
    ),
    (
      ["pytorch_model.bin"],
      ": holds only PyTorch weights (pytorch_model.bin), which are not read in place; convert "
        + "them: spin model import DIR --out NAME-safetensors"
    ),
    (
      ["weights.pth"],
      ": holds only PyTorch weights (weights.pth), which are programs and are never run here; use a "
        + "checkpoint in safetensors"
    ),
    (
      ["tf_model.h5"],
      ": holds no safetensors, only tf_model.h5; use a checkpoint in safetensors"
    ),
    (
      ["adapter_model.safetensors"],
      ": holds an adapter, not a model; merge it into its base model and use the result"
    ),
    (
      ["model-00001-of-00002.safetensors"],
      ": holds model-00001-of-00002.safetensors, but neither model.safetensors nor "
        + "model.safetensors.index.json; download the index, or rename the file if it holds the "
        + "whole model"
    ),
    (
      ["config.json"],
      ": holds no weights: no model.safetensors and no index; give the folder of a Hugging Face "
        + "checkpoint"
    ),
    (
      ["blobs", "refs", "snapshots"],
      ": is an entry of the Hugging Face cache, the model is further down; give DIR/snapshots/<commit>"
    ),
  ])
  func foldersWithoutUsableWeightsSayWhatTheyAre(names: [String], message: String) throws {
    for name in names { _ = try write([0], name, in: directory) }
    expectError("DIR" + message, in: directory) { try ModelDirectory(path: directory.path) }
  }

  @Test(arguments: [
    (["layers.0.q.qweight"], SafetensorsType.int32, "GPTQ or AWQ quantized"),
    (["q.weight", "q.scales", "q.biases"], .uint32, "MLX-quantized"),
    (["q.weight", "q.weight_scale_inv"], .float32, "FP8 block-scaled"),
    (["q.weight"], .float8E4M3, "F8_E4M3"),
  ])
  func quantizedWeightsOpenButAreNotPlain(
    names: [String], type: SafetensorsType, scheme: String
  ) throws {
    let writer = try SafetensorsWriter(
      path: directory.file("model.safetensors"),
      tensors: names.map { .init(name: $0, type: type, shape: [8]) })
    for name in names { try writer.write([UInt8](repeating: 0, count: type.bitCount), to: name) }
    try writer.finish()
    let model = try ModelDirectory(path: directory.path)
    let error = #expect(throws: SPINError.self) { try model.requirePlainWeights() }
    #expect(error?.message.hasPrefix("holds \(scheme) weights") == true)
  }

  @Test func missingThingsAreNamed() throws {
    expectError("DIR/x: no such directory; check the path", in: directory) {
      try ModelDirectory(path: directory.file("x"))
    }
    let path = try write([0], "model.safetensors", in: directory)
    expectError(
      "DIR/model.safetensors: is a file, the directory of a model is expected; give the folder that "
        + "holds config.json", in: directory
    ) { try ModelDirectory(path: path) }
  }

  private let first = "model-00001-of-00002.safetensors"
  private let second = "model-00002-of-00002.safetensors"

  private func writeShards() throws {
    try writeModel(
      in: directory, shards: [(first, [("a", [2, 2]), ("b", [])]), (second, [("c", [4])])])
  }

  private func index(_ json: String) throws {
    _ = try write(Array(json.utf8), "model.safetensors.index.json", in: directory)
  }
}

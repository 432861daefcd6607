// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINCheckpoint
import SPINErrors
import SPINKernels
import SPINStorage
import SPINTestSupport
import SPINTransformer
import Testing

/// The folder of an adapter, and what is wrong with folders that are none.
struct LoReFTFileTests {
  private let fixture = Fixture.root + "/loreft/llama"

  @Test func whatIsWrittenIsReadAgain() throws {
    for name in ["llama", "mistral", "qwen3"] {
      let adapter = try LoReFT(path: Fixture.root + "/loreft/" + name)
      let directory = try TemporaryDirectory()
      try adapter.write(to: directory.path)
      #expect(try LoReFT(path: directory.path) == adapter)
      #expect(LoReFT.isFolder(directory.path))
      let again = try TemporaryDirectory()
      try adapter.write(to: again.path)
      for file in [LoReFT.configurationName, LoReFT.weightsName] {
        #expect(
          try FileSystem.read(again.file(file)) == FileSystem.read(directory.file(file)), "\(file)")
      }
    }
    #expect(!LoReFT.isFolder(Fixture.root))
  }

  @Test func theFixtureIsWhatItSaysItIs() throws {
    let adapter = try LoReFT(path: fixture)
    #expect(adapter.shape.rank == 3 && adapter.shape.hiddenSize == 24)
    #expect(adapter.shape.layers == [0, 1] && adapter.shape.positions.text == "f2+l3")
    #expect(!adapter.shape.sharesWeights && adapter.interventions.map(\.count) == [2, 2])
    #expect(
      adapter.shape.keys(layer: 1) == [
        "layer_1_comp_block_output_unit_pos_nunit_1#0",
        "layer_1_comp_block_output_unit_pos_nunit_1#1",
      ])
    #expect(try LoReFT(path: Fixture.root + "/loreft/mistral").interventions.map(\.count) == [1])
  }

  /// What an edit of the configuration leads to.
  @Test(arguments: [
    ("\"loreft/1\"", "\"loreft/9\"", "key \"schema\": is \"loreft/9\", expected \"loreft/1\""),
    ("\"LOREFT\"", "\"NODIREFT\"", "key \"reft_type\": is \"NODIREFT\", expected \"LOREFT\""),
    ("\"block_output\"", "\"mlp_output\"", "key \"component\": is \"mlp_output\""),
    ("\"act_fn\": null", "\"act_fn\": \"relu\"", "key \"act_fn\": is \"relu\""),
    ("\"low_rank_dimension\": 3", "\"low_rank_dimension\": 24", "a rank of 24 does not fit"),
    ("\"low_rank_dimension\": 3", "\"low_rank_dimension\": 2", "of shape [24, 3], expected F32"),
    ("\"f2+l3\"", "\"f0+l3\"", "\"f0+l3\" are no positions of a prompt"),
    ("\"share_weights\": false", "\"share_weights\": true", "has an unexpected tensor"),
    ("\"share_weights\": false", "\"share_weights\": 0", "is 0, expected true or false"),
    ("    1\n", "    7\n", "\"layer_7_comp_block_output_unit_pos_nunit_1#0.rotate_layer\" is miss"),
    ("    1\n", "    0\n", "layers [0, 0] are not one or more different layers"),
  ]) func aWrongConfigurationIsNamed(from: String, to: String, message: String) throws {
    let directory = try copy()
    let path = directory.file(LoReFT.configurationName)
    let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
    try #require(text.contains(from))
    try write(text.replacing(from, with: to), to: path)
    expectError(message) { _ = try LoReFT(path: directory.path) }
  }

  @Test func wrongNumbersAreNamed() throws {
    let adapter = try LoReFT(path: fixture)
    func edited(_ change: (inout [Float]) -> Void) throws -> TemporaryDirectory {
      var interventions = adapter.interventions
      var numbers = interventions[1][0].rotateLayer
      change(&numbers)
      interventions[1][0] = .init(
        rotateLayer: numbers, sourceWeight: interventions[1][0].sourceWeight,
        sourceBias: interventions[1][0].sourceBias)
      let directory = try TemporaryDirectory()
      try LoReFT(shape: adapter.shape, interventions: interventions).write(to: directory.path)
      return directory
    }
    let skewed = try edited { $0[0] += 0.5 }
    expectError("are not orthonormal") { _ = try LoReFT(path: skewed.path) }
    expectError("would hold 1 NaN value, the first at row 1, column 2; nothing was written") {
      _ = try edited { $0[5] = .nan }
    }
    let broken = try edited { _ in }
    let file = broken.file(LoReFT.weightsName)
    let entry = try #require(
      try SafetensorsFile(path: file).entries.first { $0.name.hasSuffix("rotate_layer") })
    var bytes = try FileSystem.read(file)
    bytes.replaceSubrange(entry.byteRange.prefix(4), with: [0, 0, 0xC0, 0x7F])
    try write(bytes, to: file)
    expectError("has numbers that are not finite") { _ = try LoReFT(path: broken.path) }
  }

  @Test func anAdapterOfAnotherModelIsRefused() throws {
    let adapter = try LoReFT(path: fixture)
    func decoder(_ family: String) throws -> Decoder {
      try Decoder(directory: ModelDirectory(path: Fixture(family: family).path))
    }
    expectError(
      "the adapter changes hidden states of 24 numbers, those of the model have 20; give the model "
        + "that it was trained on"
    ) { _ = try adapter.edited(decoder("qwen3")) }
    let deep = LoReFT(
      shape: try .init(
        hiddenSize: 24, rank: 3, layers: [0, 2], positions: PromptPositions(first: 2, last: 3),
        sharesWeights: false), interventions: adapter.interventions)
    expectError("the adapter changes layer 2, the model has 2 layers") {
      _ = try deep.edited(decoder("llama"))
    }
  }

  @Test func theEditedDecoderIsAnotherValue() throws {
    let fixture = try Fixture(family: "llama")
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.path))
    let device = CPUDevice(threadCount: 1)
    let tokens: [Int32] = [4, 9, 11, 3, 20]
    let before = decoder.logits(of: tokens, on: device).values
    let adapter = try LoReFT(path: self.fixture)
    let edited = try adapter.edited(decoder)
    #expect(edited.logits(of: tokens, on: device).values != before)
    #expect(decoder.logits(of: tokens, on: device).values == before)
    expectError("the model has an adapter of this kind already") { _ = try adapter.edited(edited) }
  }

  private func copy() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    for name in [LoReFT.configurationName, LoReFT.weightsName] {
      try write(FileSystem.read(fixture + "/" + name), to: directory.file(name))
    }
    return directory
  }

  private func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let output = try OutputFile(path: path)
    try output.write(bytes)
    try output.commit()
  }

  private func expectError(_ part: String, _ body: () throws -> Void) {
    do {
      try body()
      Issue.record("nothing was thrown, expected: \(part)")
    } catch { #expect("\(error)".contains(part), "\(error)") }
  }
}

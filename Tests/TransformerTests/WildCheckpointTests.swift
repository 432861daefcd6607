// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINKernels
import SPINStorage
import SPINTestSupport
import SPINTransformer
import Testing

/// Checkpoints as they are in the wild, against what transformers computes with the same files.
struct WildCheckpointTests {
  static let names = [
    "plain", "tied, another head stored", "tied, the same head stored",
    "tied, only the head stored", "bare decoder, tied", "bare decoder with a head",
    "bare decoder, tied, another head stored", "leftovers",
  ]

  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func decoder(_ name: String) throws -> (Decoder, ChangedCheckpoint) {
    let fixture = try ChangedCheckpoint()
    try fixture(name).write(to: directory.path)
    return (try Decoder(directory: ModelDirectory(path: directory.path)), fixture)
  }

  @Test(arguments: names) func logitsAreThoseOfTransformers(name: String) throws {
    let (decoder, fixture) = try decoder(name)
    let expected = try #require(fixture(name).logits)
    let logits = decoder.logits(of: fixture.tokens, on: CPUDevice(threadCount: 1))
    let last = Array(logits.values.suffix(expected.count))
    #expect(normalizedError(last, expected) < DecoderTests.logitTolerance)
    #expect(decoder.configuration.tiesWordEmbeddings == decoder.weights.tiesWordEmbeddings)
  }

  @Test func everyCaseIsTested() throws {
    let cases = try ChangedCheckpoint().cases
    #expect(cases.filter { $0.logits != nil }.map(\.name) == Self.names)
    #expect(cases.count == Self.names.count + Self.refusals.count)
  }

  @Test func aFileWithTwoMatricesUntiesThemAndSaysSo() throws {
    let (decoder, _) = try decoder("tied, another head stored")
    #expect(!decoder.configuration.tiesWordEmbeddings)
    #expect(decoder.warnings.count == 1 && decoder.warnings[0].contains("two different matrices"))
  }

  @Test(arguments: ["plain", "tied, the same head stored", "tied, only the head stored"])
  func ordinaryFilesHaveNoWarnings(name: String) throws {
    let (decoder, _) = try decoder(name)
    #expect(decoder.warnings.isEmpty)
    #expect(decoder.configuration.tiesWordEmbeddings == (name != "plain"))
  }

  @Test func leftoversAreNamedAndCounted() throws {
    let (decoder, _) = try decoder("leftovers")
    let warning = try #require(decoder.warnings.first)
    #expect(decoder.warnings.count == 1)
    // Of 12, three follow from the configuration.
    #expect(warning.contains("LlamaForCausalLM does not use 9 tensors of the file: "))
    #expect(
      warning.contains("\"model.layers.0.self_attn.k_scale\"") && warning.contains(" and 3 more"))
    #expect(warning.contains("factors of an adapter"))
  }

  static let refusals: [(name: String, text: String)] = [
    ("untied, no head", "set \"tie_word_embeddings\": true"),
    ("bare decoder without a head", "a decoder without its language model's head"),
    ("tied, neither stored", "has no tensor \"model.embed_tokens.weight\""),
    ("compiled", "its names begin with \"_orig_mod.\""),
    ("data parallel", "its names begin with \"module.\""),
    ("adapted", "its names begin with \"base_model.model.\""),
    ("inside a multimodal model", "its names begin with \"language_model.\""),
  ]

  @Test(arguments: refusals.map(\.name)) func weightsAreNotMadeUp(name: String) throws {
    let text = try #require(Self.refusals.first { $0.name == name }?.text)
    let error = #expect(throws: SPINError.self) { try decoder(name) }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains(text))
  }

  @Test(arguments: [
    "model.layers.0.self_attn.q_proj.bias", "model.layers.0.self_attn.q_norm.weight",
    "model.layers.9.mlp.up_proj.weight", "model.layers.0.mlp.gate.weight",
    "model.layers.0.pre_feedforward_layernorm.weight", "lm_head.bias",
  ])
  func whatWouldBelongToTheDecoderIsRefused(tensor: String) throws {
    let plain = try ChangedCheckpoint()("plain")
    try plain.write(to: directory.path)
    let file = try SafetensorsFile(path: directory.file("model.safetensors"))
    let writer = try SafetensorsWriter(
      path: directory.file("other"),
      tensors: file.entries.map { .init(name: $0.name, type: $0.type, shape: $0.shape) }
        + [.init(name: tensor, type: .float32, shape: [1])])
    for name in writer.order {
      let entry = file.entries.first { $0.name == name }
      try writer.write(entry.map { $0.file.bytes($0.byteRange) } ?? [0, 0, 0, 0], to: name)
    }
    try writer.finish()
    try FileSystem.rename(directory.file("other"), to: directory.file("model.safetensors"))
    let error = #expect(throws: SPINError.self) {
      try Decoder(directory: ModelDirectory(path: directory.path))
    }
    #expect(error?.message.contains("is unexpected") == true)
  }
}

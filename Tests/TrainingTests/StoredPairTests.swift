// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINKernels
import SPINStorage
import SPINTestSupport
import SPINTraining
import SPINTransformer
import Testing

/// Training from checkpoints that hold their embedding and output projection in other ways.
struct StoredPairTests {
  @Test(arguments: [
    ("tied, only the head stored", ["model.embed_tokens.weight"]),
    ("tied, another head stored", ["lm_head.weight", "model.embed_tokens.weight"]),
    ("bare decoder, tied", ["model.embed_tokens.weight"]),
  ])
  func whatIsWrittenIsTheModelThatWasRead(name: String, vocabulary: [String]) throws {
    let directory = try TemporaryDirectory()
    let fixture = try ChangedCheckpoint()
    try fixture(name).write(to: directory.path)
    let source = try ModelDirectory(path: directory.path)
    let device = CPUDevice(threadCount: 1)
    let model = try FullModel(
      source, memory: TinyTraining.memory, on: device)
    let out = directory.file("out")
    try FileSystem.makeDirectory(out)
    try model.write(to: out) { (try? source.parameter($0))?.elementType ?? .float32 }
    try OutputFile.write(
      FileSystem.read(directory.file("config.json")), to: out + "/config.json")

    let written = try ModelDirectory(path: out)
    #expect(
      written.tensors.keys.filter { !$0.contains("layers") }.sorted()
        == (vocabulary + ["model.norm.weight"]).sorted())
    #expect(written.tensors.values.allSatisfy { $0.elementType == .bfloat16 })
    let expected = try #require(fixture(name).logits)
    let logits = try Decoder(directory: written).logits(of: fixture.tokens, on: device)
    #expect(normalizedError(Array(logits.values.suffix(expected.count)), expected) < 2e-5)
  }

  /// A value that training made too large for the checkpoint's type would be infinite there.
  @Test func aValueBeyondItsTypeIsNotWritten() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyTraining.model("llama")
    let parameter = try #require(model.parameters.first)
    parameter.values.withMutableSpan(0..<1) { $0[0] = 1e5 }
    try model.write(to: directory.path) { _ in .bfloat16 }
    let error = try #require(throws: SPINError.self) {
      try model.write(to: directory.path) { _ in .float16 }
    }
    #expect(error.code == .checkFailed)
    #expect(error.location?.hasSuffix("tensor \"\(parameter.name)\"") == true, "\(error)")
    #expect(error.message.contains("would hold 1 infinite value"), "\(error)")
  }
}

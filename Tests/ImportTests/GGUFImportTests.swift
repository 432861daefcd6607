// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINErrors
import SPINGGUF
import SPINImport
import SPINJSON
import SPINStorage
import SPINTestSupport
import SPINTokenization
import Testing

/// GGUF files of the small models become the models again.
struct GGUFImportTests {
  static let folder = Fixture.root + "/gguf"

  /// Names and bytes are those of the checkpoint that the file was made from; for llama that needs the
  /// rows of q and k moved back.
  @Test(arguments: Fixture.families) func weightsAreThoseOfTheCheckpoint(_ family: String) throws {
    let directory = try TemporaryDirectory()
    let original = try ModelDirectory(path: "\(Fixture.root)/models/\(family)")
    let type = try original.tensor("model.norm.weight").elementType
    try ModelImport(source: "\(Self.folder)/\(family).gguf", elementType: type)
      .write(to: directory.file("model"))
    let imported = try ModelDirectory(path: directory.file("model"))
    #expect(imported.warnings.isEmpty)
    #expect(Set(imported.tensors.keys) == Set(original.tensors.keys))
    var replaced: [String: TensorEntry] = [:]
    if family == "mistral" {
      for entry in try SafetensorsFile(path: Self.folder + "/mistral-embeddings.safetensors")
        .entries
      {
        replaced[entry.name] = entry
      }
    }
    for (name, entry) in imported.tensors {
      let expected = try replaced[name] ?? original.tensor(name)
      #expect(entry.shape == expected.shape, "\(name)")
      let isEqual = entry.file.bytes(entry.byteRange) == expected.file.bytes(expected.byteRange)
      #expect(isEqual, "\(family) \(name)")
    }
  }

  /// NaN in a block's scale is NaN in all of its weights: no model.
  @Test func weightsThatAreNotFiniteAreNotImported() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("quantized.gguf")
    var bytes = try FileSystem.read(Self.folder + "/quantized.gguf")
    let tensor = try #require(
      try GGUFFile(path: Self.folder + "/quantized.gguf").tensors
        .first { $0.name == "token_embd.weight" })
    bytes.replaceSubrange(tensor.byteRange.prefix(2), with: [0x00, 0x7E])
    try Data(bytes).write(to: URL(filePath: path))
    let error = try #require(throws: SPINError.self) {
      try ModelImport(source: path).write(to: directory.file("model"))
    }
    #expect(
      "\(error)".contains(
        "quantized.gguf: tensor \"model.embed_tokens.weight\": would hold 32 NaN values, the first at "
          + "row 0, column 0; nothing was written"), "\(error)")
    #expect(FileSystem.status(directory.file("model")) == nil)
  }

  /// A mixture of eight types, among them q and k in blocks, as transformers loads it.
  @Test func quantizedWeightsAreThoseOfTransformers() throws {
    let directory = try TemporaryDirectory()
    let job = try ModelImport(source: Self.folder + "/quantized.gguf")
    #expect(job.plan.encodings.contains("Q5_1 1"))
    try job.write(to: directory.file("model"), threadCount: 2)
    let imported = try ModelDirectory(path: directory.file("model"))
    let expected = try SafetensorsFile(path: Self.folder + "/quantized.safetensors").entries
    #expect(imported.tensors.count == expected.count)
    for entry in expected {
      let tensor = try imported.tensor(entry.name)
      #expect(
        tensor.file.bytes(tensor.byteRange) == entry.file.bytes(entry.byteRange), "\(entry.name)")
    }
    let origin = try #require(imported.origin)
    #expect(origin.isDequantized)
    #expect(origin.statement.hasPrefix("dequantized from quantized.gguf (Q4_1), "))
    let digest = try FileDigest.sha256(ofFileAt: Self.folder + "/quantized.gguf")
    #expect(origin.statement.hasSuffix("sha256 " + digest))
  }

  struct TokenizerCase: Decodable, Sendable {
    let model: String
    let tokenizer: String
    let ids: [[Entry]]

    enum Entry: Decodable, Sendable {
      case text(String)
      case ids([Int32])

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
          self = .text(text)
        } else {
          self = .ids(try container.decode([Int32].self))
        }
      }
    }
  }

  /// Ids are those of a tokenizer that the package tokenizers built without the file.
  @Test func tokenizersGiveTheIdsOfThePackage() throws {
    let data = try Data(contentsOf: URL(filePath: Self.folder + "/tokenizers.json"))
    let cases = try JSONDecoder().decode([TokenizerCase].self, from: data)
    #expect(cases.count == Fixture.families.count)
    for item in cases {
      let directory = try TemporaryDirectory()
      try ModelImport(source: "\(Self.folder)/\(item.model).gguf").write(
        to: directory.file("model"))
      let tokenizer = try Tokenizer(directory: directory.file("model"))
      for pair in item.ids {
        guard pair.count == 2, case .text(let text) = pair[0], case .ids(let ids) = pair[1] else {
          Issue.record("malformed case")
          continue
        }
        #expect(tokenizer.encode(text) == ids, "\(item.model): \(text)")
      }
    }
  }

  @Test func configurationIsMadeFromTheMetadata() throws {
    func config(_ name: String) throws -> JSONObject {
      let directory = try TemporaryDirectory()
      try ModelImport(source: "\(Self.folder)/\(name).gguf").write(to: directory.file("m"))
      let path = directory.file("m/config.json")
      return try JSON(parsing: [UInt8](Data(contentsOf: URL(filePath: path))), path: path)
        .requireObject(at: path)
    }
    let llama3 = try config("llama3")
    #expect(llama3["model_type"] == "llama")
    #expect(llama3["rope_theta"] == 500.0)
    #expect(llama3["tie_word_embeddings"] == true)
    #expect(llama3["rms_norm_eps"] == 1e-5)
    let scaling = try llama3.required("rope_scaling", as: JSONObject.self)
    #expect(scaling["rope_type"] == "llama3")
    #expect(scaling["factor"] == 8.0)
    #expect(try config("qwen2")["architectures"] == ["Qwen2ForCausalLM"])
    let qwen3 = try config("qwen3")
    #expect(qwen3["model_type"] == "qwen3")
    #expect(qwen3["attention_bias"] == false)
    #expect(qwen3["torch_dtype"] == "bfloat16")
  }

  /// Divisors of frequencies that the rule of Llama 3.1 does not give are not guessed at.
  @Test func divisorsThatNoRuleGivesAreRefused() throws {
    let source = Self.folder + "/llama3.gguf"
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: source)))
    let tensor = try #require(
      GGUFFile(path: source).tensors.first { $0.name == "rope_freqs.weight" })
    // 3 in place of the second of three.
    let start = tensor.byteRange.lowerBound + 4
    bytes.replaceSubrange(start..<start + 4, with: [0, 0, 0x40, 0x40])
    let directory = try TemporaryDirectory()
    try Data(bytes).write(to: URL(filePath: directory.file("x.gguf")))
    let error = try #require(throws: SPINError.self) {
      try ModelImport(source: directory.file("x.gguf"))
    }
    #expect("\(error)".contains("the rule of Llama 3.1 does not give"), "\(error)")
  }

  /// Shards, their index, and the same tensors as in one file.
  @Test func largeModelsAreSharded() throws {
    let directory = try TemporaryDirectory()
    let source = Self.folder + "/llama.gguf"
    try ModelImport(source: source).write(to: directory.file("one"))
    let job = try ModelImport(source: source, maximumShardByteCount: 4000)
    #expect(job.plan.shardCount > 2)
    try job.write(to: directory.file("many"), threadCount: 3)
    let one = try ModelDirectory(path: directory.file("one"))
    let many = try ModelDirectory(path: directory.file("many"))
    #expect(many.weightFileNames.count == job.plan.shardCount)
    #expect(many.warnings.isEmpty)
    for (name, entry) in one.tensors {
      let other = try many.tensor(name)
      #expect(other.file.bytes(other.byteRange) == entry.file.bytes(entry.byteRange))
    }
  }

  @Test func typesAreChosen() throws {
    let directory = try TemporaryDirectory()
    for type in [ElementType.float32, .float16] {
      let target = directory.file(type.rawValue)
      try ModelImport(source: Self.folder + "/quantized.gguf", elementType: type).write(to: target)
      let entry = try ModelDirectory(path: target).tensor("model.norm.weight")
      #expect(entry.elementType == type)
    }
  }

  /// A stop, or a folder that is there already, leaves nothing behind.
  @Test func theFolderAppearsWholeOrNotAtAll() throws {
    let directory = try TemporaryDirectory()
    let job = try ModelImport(source: Self.folder + "/llama.gguf")
    var calls = 0
    let stopped = #expect(throws: SPINError.self) {
      try job.write(
        to: directory.file("model"),
        shouldStop: {
          calls += 1
          return calls > 5
        })
    }
    #expect(stopped?.code == .interrupted)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    try job.write(to: directory.file("model"))
    let refused = #expect(throws: SPINError.self) { try job.write(to: directory.file("model")) }
    #expect(refused?.code == .cannotCreate)
  }
}

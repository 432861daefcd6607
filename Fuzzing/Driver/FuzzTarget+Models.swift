// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINLanguageModel

@testable import SPINCheckpoint
@testable import SPINErrors
@testable import SPINGGUF
@testable import SPINGeneration
@testable import SPINImport
@testable import SPINJSON
@testable import SPINPyTorch
@testable import SPINStorage
@testable import SPINTemplates
@testable import SPINTokenization
@testable import SPINTraining
@testable import SPINTransformer

extension FuzzTarget {
  static func json(_ bytes: [UInt8]) throws {
    let json = try JSON(parsing: bytes, path: "input.json")
    let text = Array(json.serialized(indented: false).utf8)
    guard try JSON(parsing: text, path: "output.json") == json else {
      fatalError("what was written reads back as something else")
    }
  }

  static func safetensors(_ bytes: [UInt8]) throws {
    for entry in try SafetensorsFile(path: Scratch.file(bytes, "model.safetensors")).entries {
      _ = entry.count
      _ = entry.file.bytes(entry.byteRange)
    }
  }

  /// An index beside the two shards of a model.
  static func shardIndex(_ bytes: [UInt8]) throws {
    let folder = Scratch.folder("shards", as: "sharded")
    _ = Scratch.file(bytes, "shards/\(ShardIndex.fileName)")
    _ = try ModelDirectory(path: folder)
  }

  static func config(_ bytes: [UInt8]) throws {
    let json = try JSON(parsing: bytes, path: "config.json")
    _ = try DecoderConfiguration(json.requireObject(at: "config.json"))
    _ = try RandomBeginning(configPath: Scratch.file(bytes, "config.json"), seed: 0)
  }

  static func tokenizer(_ bytes: [UInt8]) throws {
    try use(try Tokenizer(jsonFile: Scratch.file(bytes, "tokenizer.json")))
  }

  static func sentencePiece(_ bytes: [UInt8]) throws {
    try use(try Tokenizer(sentencePieceFile: Scratch.file(bytes, "tokenizer.model")))
  }

  /// What stands beside a tokenizer: each of the four files may be the input.
  static func tokenizerConfig(_ bytes: [UInt8]) throws {
    func read(_ folder: String, _ companion: String, _ file: String) throws {
      let tokenizer = Scratch.seed(companion)
      let path = Scratch.folder(folder, [(companion, tokenizer), (file, bytes)])
      try eachMayRefuse(
        { try use(try Tokenizer(directory: path)) }, { try use(try ChatTemplate(directory: path)) })
    }
    try read("tokenizer-1", "tokenizer.json", "tokenizer_config.json")
    try read("tokenizer-2", "tokenizer.json", "special_tokens_map.json")
    try read("tokenizer-3", "tokenizer.model", "tokenizer_config.json")
    try read("tokenizer-4", "tokenizer.model", "added_tokens.json")
    try read("tokenizer-5", "tokenizer.json", "chat_template.json")
  }

  /// `vocab.json` with `merges.txt`, of which one is the input.
  static func bytePairs(vocabulary: [UInt8]?, merges: [UInt8]?) throws {
    let folder = Scratch.folder(
      "pairs",
      [
        ("vocab.json", vocabulary ?? Scratch.seed("vocab.json")),
        ("merges.txt", merges ?? Scratch.seed("merges.txt")),
        ("tokenizer_config.json", Array(#"{"tokenizer_class": "Qwen2Tokenizer"}"#.utf8)),
      ])
    try use(try Tokenizer(directory: folder))
  }

  /// A regular expression of a pre-tokenizer.
  static func pattern(_ bytes: [UInt8]) throws {
    let program = try PatternProgram(String(decoding: bytes, as: UTF8.self))
    _ = program.matches(in: Array(sampleText.utf8))
    _ = program.matches(in: Array(String(repeating: "ab 1", count: 64).utf8))
  }

  static func template(_ bytes: [UInt8]) throws {
    try use(
      try ChatTemplate(
        String(decoding: bytes, as: UTF8.self), name: "template",
        specialTokens: ["bos_token": "<s>"]))
  }

  static func generationConfig(_ bytes: [UInt8]) throws {
    let folder = Scratch.folder("model", as: "model")
    _ = Scratch.file(bytes, "model/generation_config.json")
    _ = try LanguageModel(path: folder)
  }

  static func origin(_ bytes: [UInt8]) throws {
    let folder = Scratch.folder("origin", [(ModelOrigin.fileName, bytes)])
    _ = try ModelOrigin.read(in: folder)?.statement
  }

  static func gguf(_ bytes: [UInt8]) throws {
    let file = try GGUFFile(path: Scratch.file(bytes, "model.gguf"))
    for tensor in file.tensors { _ = tensor.name }
  }

  /// The whole import, into memory.
  static func ggufImport(_ bytes: [UInt8]) throws {
    let checkpoint = try GGUFCheckpoint(
      path: Scratch.file(bytes, "import.gguf"), elementType: .float16)
    let folder = Scratch.folder("imported", [])
    _ = try checkpoint.writeDocuments(to: folder, stopping: {})
    try eachMayRefuse(
      { try use(try Tokenizer(directory: folder)) },
      { try use(try ChatTemplate(directory: folder)) },
      { _ = try RandomBeginning(configPath: folder + "/config.json", seed: 0) })
  }

  static func pytorch(_ bytes: [UInt8]) throws {
    _ = try PyTorchFile(path: Scratch.file(bytes, "pytorch_model.bin"))
  }

  // MARK: - Use

  static let sampleText = "Hello, wörld!\n\t e\u{301} 12345 <s></s> \u{1F600} ▁x"

  static func use(_ tokenizer: Tokenizer) throws {
    let tokens = tokenizer.encode(sampleText)
    _ = tokenizer.decode(tokens, skipSpecialTokens: true)
  }

  /// The conversation exercises filters on text that is not plain ASCII.
  static func use(_ template: ChatTemplate?) throws {
    _ = try template?.render(
      [
        ChatMessage(role: "system", content: "Be bri\u{301}ef."),
        ChatMessage(role: "user", content: " 1 < 2 & \"so\"\non "),
      ], date: Date(timeIntervalSince1970: 0))
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINImport
import SPINTestSupport
import Testing

/// What cannot be carried over is refused by its name.
struct ImportRefusalTests {
  /// A text in a file and what replaces it, of equal length, and what the error names.
  static let replacements = [
    (
      "llama",
      "general.architecture\u{8}\u{0}\u{0}\u{0}\u{5}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}llama",
      "bloom", "is \"bloom\""
    ),
    ("llama", "smollm", "gpt-4o", "\"gpt-4o\""),
    ("llama", "tokenizer.ggml.pre", "tokenizer.ggml.foo", "tokenizer.ggml.pre"),
    ("mistral", "tokenizer.ggml.scores", "tokenizer.ggml.scorez", "scores"),
    ("llama", "blk.1.ffn_up.weight", "blk.1.ffn_no.weight", "blk.1.ffn_up.weight"),
    ("qwen2", "blk.0.attn_q.bias", "blk.0.attn_z.bias", "blk.0.attn_q.bias"),
    ("llama", "llama.block_count", "llama.block_coun_", "block_count"),
  ]

  @Test(arguments: 0..<replacements.count) func whatIsMissingOrUnknownIsNamed(_ index: Int) throws {
    let (name, old, new, expected) = Self.replacements[index]
    let error = try Self.error(of: name) { bytes in
      let range = try #require(bytes.firstRange(of: Array(old.utf8)))
      bytes.replaceSubrange((range.upperBound - new.utf8.count)..<range.upperBound, with: new.utf8)
    }
    #expect("\(error)".contains(expected), "\(error)")
  }

  @Test func quantizationTypesThatAreNotReadAreNamed() throws {
    // F32 (0) relabelled as I32 (26), which has the same size.
    let error = try Self.error(of: "llama") { bytes in
      let name = Array("blk.0.ffn_up.weight".utf8)
      let range = try #require(bytes.firstRange(of: name))
      #expect(bytes[range.upperBound + 20] == 0)
      bytes[range.upperBound + 20] = 26
    }
    #expect(error.code == .unavailable)
    #expect("\(error)".contains("blk.0.ffn_up.weight") && "\(error)".contains("I32"), "\(error)")
  }

  @Test func divisorsOfAnotherTypeAreRefused() throws {
    let error = try Self.error(of: "llama3") { bytes in
      // F32 relabelled.
      let name = Array("rope_freqs.weight".utf8)
      let range = try #require(bytes.firstRange(of: name))
      #expect(bytes[range.upperBound] == 1)
      bytes[range.upperBound + 12] = 26
    }
    #expect("\(error)".contains("rope_freqs.weight"), "\(error)")
  }

  @Test func foldersAndFilesOfOtherKindsAreExplained() throws {
    let directory = try TemporaryDirectory()
    func message(_ source: String) -> String {
      do {
        _ = try ModelImport(source: source)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(message(directory.file("none")).contains("no such file or folder"))
    #expect(message(directory.path).contains("holds neither pytorch_model.bin nor"))
    #expect(
      message(Fixture.root + "/models/llama").contains("is a checkpoint in safetensors already"))
    #expect(message(Fixture.root + "/gguf").contains("give the file: "))
    #expect(message(Fixture.root + "/pytorch/single/pytorch_model.bin").contains("give its folder"))
    #expect(message(Fixture.root + "/pytorch/single/config.json").contains("does not begin with"))
  }

  /// Two equal tokens, which a tokenizer.json cannot say.
  @Test func equalTokensAreRefused() throws {
    let error = try Self.error(of: "llama") { bytes in
      // "b" and "c" of the vocabulary, each after its length.
      let pair: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 0x62, 1, 0, 0, 0, 0, 0, 0, 0, 0x63]
      let range = try #require(bytes.firstRange(of: pair))
      bytes[range.upperBound - 1] = 0x62
    }
    #expect("\(error)".contains("the same token at the ids 4 and 5"), "\(error)")
  }

  /// Headers with changed bytes give an error or a plan, never a trap.
  @Test(arguments: ["llama", "llama3", "mistral", "quantized"])
  func randomDamageNeverTraps(_ name: String) throws {
    var generator = SeededGenerator(seed: 31)
    let original = try Self.bytes(of: name)
    let directory = try TemporaryDirectory(inMemory: true)
    let header = min(original.count, 6000)
    for _ in 0..<150 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: 0..<header, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      try Data(bytes).write(to: URL(filePath: directory.file("x.gguf")))
      do { _ = try ModelImport(source: directory.file("x.gguf")) } catch is SPINError {}
    }
  }

  private static func bytes(of name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: "\(Fixture.root)/gguf/\(name).gguf")))
  }

  private static func error(
    of name: String, _ change: (inout [UInt8]) throws -> Void
  ) throws -> SPINError {
    var bytes = try bytes(of: name)
    try change(&bytes)
    let directory = try TemporaryDirectory()
    try Data(bytes).write(to: URL(filePath: directory.file("x.gguf")))
    return try #require(throws: SPINError.self) {
      try ModelImport(source: directory.file("x.gguf"))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import SPINTokenization
import Testing

/// The real tokenizers against ids that others published; skipped where the reference material,
/// which may not be redistributed, is absent.
@Suite(.enabled(if: SharedMaterial.path != nil))
struct ReferenceTests {
  private let root: String

  init() throws { root = try #require(SharedMaterial.path) }

  private func contents(_ path: String) throws -> String {
    // Decoded by hand: reading as a string would drop a byte order mark.
    let data = try #require(FileManager.default.contents(atPath: root + "/" + path), "\(path)")
    return String(decoding: data, as: UTF8.self)
  }

  @Test(
    arguments: [
      ("llama2/tokenizer.json", "llama-spm"), ("llama2/tokenizer.model", "llama-spm"),
      ("llama3/tokenizer.json", "llama-bpe"), ("qwen2/tokenizer.json", "qwen2"),
    ])
  func goldenIDs(file: String, golden: String) throws {
    let path = root + "/tokenizers/" + file
    let tokenizer =
      try file.hasSuffix(".model")
      ? Tokenizer(sentencePieceFile: path) : Tokenizer(jsonFile: path)
    let texts = try contents("tokenizers/golden/\(golden).inp")
      .components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = try contents("tokenizers/golden/\(golden).out")
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(texts.count >= 45)
    for (text, line) in zip(texts, lines) {
      let expected = line.split(separator: " ").compactMap { Int32($0) }
      #expect(
        tokenizer.encode(text, addSpecialTokens: false) == expected, "\(text.debugDescription)")
    }
  }

  /// BOS is counted where the tokenizer adds it: Llama 2, Llama 3 and Mistral.
  @Test(
    arguments: [
      ("llama2", 341_469), ("mistral_v1", 334_661), ("llama3", 289_077), ("qwen2", 299_078),
    ])
  func wikiTextHasAsManyTokensAsPublished(model: String, count: Int) throws {
    let tokenizer = try Tokenizer(directory: root + "/tokenizers/" + model)
    let text = try contents("data/wikitext2/wikitext-2-raw-test.joined.txt")
    let ids = tokenizer.encode(text)
    #expect(ids.count == count)
    #expect(tokenizer.addsBOS == (model != "qwen2"))
    #expect(tokenizer.decode(ids, skipSpecialTokens: true) == text)
  }

  @Test(arguments: ["llama2", "mistral_v1"])
  func bothFormatsOfOneTokenizerAgree(model: String) throws {
    let folder = root + "/tokenizers/" + model
    let json = try Tokenizer(jsonFile: folder + "/tokenizer.json")
    let piece = try Tokenizer(sentencePieceFile: folder + "/tokenizer.model")
    for (index, text) in try contents("data/wikitext2/wikitext-2-raw-test.joined.txt")
      .split(separator: "\n").prefix(1000).enumerated()
    {
      #expect(json.encode(String(text)) == piece.encode(String(text)), "line \(index)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINTestSupport
import SPINTokenization
import Testing

/// Each way in which a `tokenizer.json` is refused, with the whole message.
struct RefusalTests {
  private let llama = SmallTokenizers.llama
  private let gpt2 = SmallTokenizers.gpt2

  @Test func mergesOfUnknownPieces() throws {
    let remedy = "download the file again, or restore the vocabulary that belongs to the merges"
    func refusal(_ merge: JSON) throws -> String {
      try llama.with("model", "merges", value: ["h e", merge]).refusal()
    }
    #expect(
      try refusal("x e")
        == #"tokenizer.json: model.merges[1]: merges "x" and "e", but "x" is not in the "#
        + "vocabulary; \(remedy)")
    #expect(try refusal(["e", "x"]).contains(#"but "x" is not in the vocabulary"#))
    #expect(try refusal(" e").contains(#"merges "" and "e", but "" is not in the vocabulary"#))
    #expect(try refusal("e h").contains(#"merges "e" and "h", but "eh" is not in the vocabulary"#))
  }

  @Test(
    arguments: [
      ("he", "model.merges[0] is \"he\", expected two pieces with one space between"),
      ("h e l", "model.merges[0] is \"h e l\", expected two pieces with one space between"),
      ("", "model.merges[0] is \"\", expected two pieces with one space between"),
      ("h  e", "model.merges[0] is \"h  e\", expected two pieces with one space between"),
      (["h"], "model.merges[0] has 1 pieces, expected two"),
      (["h", "e", "l"], "model.merges[0] has 3 pieces, expected two"),
      ([], "model.merges[0] has 0 pieces, expected two"),
      (["h", 1], "found \"1\", expected a string"),
      (7, "found \"7\", expected an array"),
    ] as [(JSON, String)])
  func mergesThatAreNoPairs(merge: JSON, message: String) throws {
    let refusal = try llama.with("model", "merges", value: [merge]).refusal()
    #expect(refusal.hasSuffix(message), "\(refusal)")
    #expect(refusal.hasPrefix("tokenizer.json: line "), "\(refusal)")
  }

  @Test func vocabulariesThatContradictThemselves() throws {
    #expect(
      try gpt2.with("model", "vocab", "b", value: 0).refusal()
        == #"tokenizer.json: model.vocab: the id 0 belongs to two tokens, "a" and "b""#)
    #expect(
      try gpt2.with("model", "vocab", "b", value: -3).refusal()
        == #"tokenizer.json: model.vocab: token "b" has the id -3, expected 0 to 2097151"#)
    #expect(
      try gpt2.with("model", "vocab", "b", value: 2_097_152).refusal()
        == #"tokenizer.json: model.vocab: token "b" has the id 2097152, expected 0 to 2097151"#)
    #expect(
      try gpt2.with("model", "vocab", String(repeating: "x", count: 4097), value: 20).refusal()
        == "tokenizer.json: model.vocab: the token with id 20 has 4097 bytes, at most 4096 are"
        + " allowed")
    #expect(
      try gpt2.with("model", "vocab", "b", value: "1").refusal().hasSuffix("expected a digit"))
  }

  @Test func tokensThatOccurTwice() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("tokenizer.json")
    try #"{"model": {"vocab": {"a": 0, "\u0061": 1}, "merges": []}}"#
      .write(toFile: path, atomically: true, encoding: .utf8)
    let error = try #require(throws: SPINError.self) { try Tokenizer(jsonFile: path) }
    #expect(error.location == "\(path): model.vocab")
    #expect(error.message == #"the token "a" occurs twice, as ids 0 and 1"#)
  }

  @Test func modelsThatAreMissingOrIncomplete() throws {
    #expect(try gpt2.with("model", value: nil).refusal() == #"tokenizer.json: has no key "model""#)
    #expect(
      try gpt2.with("model", "vocab", value: nil).refusal()
        .hasSuffix(#"this model has no key "vocab""#))
    #expect(
      try gpt2.with("model", "merges", value: nil).refusal()
        .hasSuffix(#"this model has no key "merges""#))
    #expect(
      try gpt2.with("model", "type", value: "Unigram").refusal()
        .hasSuffix(#"the model type "Unigram" is not supported, expected "BPE""#))
  }

  @Test func modelOptionsThatAreNotSupported() throws {
    #expect(
      try gpt2.with("model", "dropout", value: 0.1).refusal()
        .hasSuffix("dropout, which makes encoding random, is not supported"))
    #expect(
      try gpt2.with("model", "end_of_word_suffix", value: "</w>").refusal()
        .hasSuffix(#""end_of_word_suffix" is not supported, expected none"#))
    #expect(
      try gpt2.with("model", "continuing_subword_prefix", value: "##").refusal()
        .hasSuffix(#""continuing_subword_prefix" is not supported, expected none"#))
    #expect(
      try gpt2.with("model", "byte_fallback", value: true).refusal()
        == "tokenizer.json: model.byte_fallback: is true in a byte-level tokenizer, whose bytes are"
        + " tokens already")
    #expect(
      try llama.with("model", "unk_token", value: "<what>").refusal()
        == #"tokenizer.json: model.unk_token: "<what>" is not in the vocabulary"#)
  }

  @Test(
    arguments: [
      (
        "normalizer", ["type": "NFKC"],
        #"normalizer.type: "NFKC" is not supported, expected NFC, Lowercase, Prepend, Replace, Strip or Sequence"#
      ),
      (
        "normalizer", ["type": "Sequence", "normalizers": [["type": "NFC"], ["type": "Nmt"]]],
        #"normalizer.normalizers[1].type: "Nmt" is not supported, expected NFC, Lowercase, Prepend, Replace, Strip or Sequence"#
      ),
      (
        "normalizer", ["type": "Replace", "pattern": ["Regex": " +"], "content": " "],
        #"normalizer.pattern.Regex: " +" is not supported, expected a pattern given as String"#
      ),
      (
        // A text that each step makes ten times as long would fill any memory after ten of them.
        "normalizer",
        [
          "type": "Sequence",
          "normalizers": [
            ["type": "Replace", "pattern": ["String": "a"], "content": "aaaaaaaaaa"],
            ["type": "Replace", "pattern": ["String": "aa"], "content": "aaaaaaaaaaaaaaaa"],
          ],
        ],
        "normalizer.normalizers[1].content: makes a text up to 80 times as long, with the steps before it, expected at most 64 times"
      ),
      (
        "decoder",
        [
          "type": "Replace", "pattern": ["String": "a"],
          "content": .string(String(repeating: "b", count: 65)),
        ],
        "decoder.content: makes a text up to 65 times as long, with the steps before it, expected at most 64 times"
      ),
      (
        "normalizer", ["type": "Replace", "pattern": ["String": ""], "content": " "],
        "normalizer.pattern.String: is empty"
      ),
      ("normalizer", ["type": "Prepend"], "normalizer.prepend: is missing, expected a string"),
      ("normalizer", "NFC", #"normalizer: is "NFC", expected an object"#),
      (
        "pre_tokenizer", ["type": "BertPreTokenizer"],
        #"pre_tokenizer.type: "BertPreTokenizer" is not supported, expected Split, Digits, Punctuation, Whitespace, WhitespaceSplit, Metaspace, ByteLevel or Sequence"#
      ),
      (
        "pre_tokenizer",
        ["type": "Split", "pattern": ["Regex": #"\w+|\Ka"#], "behavior": "Isolated"],
        #"pre_tokenizer.pattern.Regex: this escape, "\K", is not supported (at offset 4 of the pattern)"#
      ),
      (
        "pre_tokenizer", ["type": "Split", "pattern": ["String": ""], "behavior": "Isolated"],
        "pre_tokenizer.pattern.String: is empty"
      ),
      (
        "pre_tokenizer", ["type": "Split", "pattern": ["String": " "], "behavior": "Merged"],
        #"pre_tokenizer.behavior: "Merged" is not supported, expected Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"#
      ),
      (
        "pre_tokenizer",
        [
          "type": "Sequence",
          "pretokenizers": [SmallTokenizers.byteLevel, ["type": "Metaspace", "replacement": "▁"]],
        ],
        "pre_tokenizer.pretokenizers[1].type: is Metaspace after ByteLevel, expected a step that cuts only"
      ),
      (
        "pre_tokenizer", ["type": "Metaspace", "replacement": "ab"],
        #"pre_tokenizer.replacement: is "ab", expected one character"#
      ),
      (
        "pre_tokenizer",
        ["type": "Metaspace", "replacement": "▁", "prepend_scheme": "last"],
        #"pre_tokenizer.prepend_scheme: "last" is not supported, expected always, first or never"#
      ),
      (
        "pre_tokenizer",
        [
          "type": "Metaspace", "replacement": "▁", "prepend_scheme": "first",
          "add_prefix_space": false,
        ],
        #"pre_tokenizer.add_prefix_space: is false, but prepend_scheme is "first""#
      ),
      (
        "post_processor", ["type": "RobertaProcessing"],
        #"post_processor.type: "RobertaProcessing" is not supported, expected ByteLevel, TemplateProcessing or Sequence"#
      ),
      (
        "post_processor", ["type": "TemplateProcessing", "single": [], "special_tokens": [:]],
        "post_processor.single: has no placeholder for the text"
      ),
      (
        "post_processor",
        [
          "type": "TemplateProcessing", "single": [["Sequence": ["id": "B", "type_id": 0]]],
          "special_tokens": [:],
        ],
        "post_processor.single[0].Sequence: is B, expected A, and once"
      ),
      (
        "post_processor", SmallTokenizers.template(prefix: "<s>", id: 77),
        "post_processor: adds the id 77, which no token has"
      ),
      (
        "decoder", ["type": "WordPiece"],
        #"decoder.type: "WordPiece" is not supported, expected ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip or Sequence"#
      ),
      (
        "decoder", ["type": "Strip", "content": " ", "start": -1, "stop": 0],
        "decoder.start: is -1, expected 0 to 4096"
      ),
      (
        "decoder", ["type": "Strip", "content": "", "start": 1, "stop": 0],
        "decoder.content: is empty"
      ),
    ] as [(String, JSON, String)])
  func stepsThatAreNotSupported(key: String, step: JSON, message: String) throws {
    #expect(try llama.with(key, value: step).refusal() == "tokenizer.json: " + message)
  }

  @Test func damagedFiles() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("tokenizer.json")
    let text = JSON.object(llama).serialized()
    // Cut anywhere, it is an error and never a trap.
    for length in stride(from: 0, to: text.utf8.count - 2, by: 37) {
      try Data(text.utf8.prefix(length)).write(to: URL(filePath: path))
      let error = #expect(throws: SPINError.self) { try Tokenizer(jsonFile: path) }
      #expect(error?.code == .malformedInput)
    }
    try Data("version https://git-lfs.github.com/spec/v1\noid sha256:00\n".utf8)
      .write(to: URL(filePath: path))
    let error = #expect(throws: SPINError.self) { try Tokenizer(jsonFile: path) }
    #expect(error?.message == "is a Git LFS pointer instead of the file")
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINStorage
import SPINTestSupport
import SPINTokenization
import Testing

/// A tokenizer with texts and the ids that others give for them: small ones that `Tools/fixtures/small_tokenizers.py`
/// makes, and published ones.
struct ReferenceTokenizer: Sendable, CustomTestStringConvertible {
  /// The folder of the tokenizer.
  let path: String
  /// `tokenizer.json` or `tokenizer.model`.
  let file: String
  /// Where the ids are: a JSON file for the small ones, otherwise what the names of the two files begin with; nil where
  /// none are published.
  let golden: String?
  /// How many tokens a long text has, with BOS where the tokenizer adds it; nil where it stands in the JSON file.
  let publishedCount: Int?

  var testDescription: String {
    "\(path.split(separator: "/").suffix(2).joined(separator: "/"))/\(file)"
  }

  /// The name of the folder.
  var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

  /// The tokenizer of this file alone.
  func tokenizer() throws -> Tokenizer {
    let path = path + "/" + file
    return file.hasSuffix(".model")
      ? try Tokenizer(sentencePieceFile: path) : try Tokenizer(jsonFile: path)
  }

  /// A text with its ids, without special tokens around it.
  struct Case {
    let text: String
    let ids: [Int32]
    /// What the ids are decoded to; nil where nothing is published.
    let decoded: String?
  }

  /// The short texts.
  func cases() throws -> [Case] {
    guard let golden else { return [] }
    guard publishedCount == nil else { return try publishedCases(golden) }
    let own = try document()
    let texts = try own.whole.required("texts", as: [String].self)
    let ids = try own.entry.required("ids", as: [JSON].self)
    let decoded = try own.entry.required("decoded", as: [JSON].self)
    return zip(texts, zip(ids, decoded)).compactMap { text, result in
      result.0.array.map { ids in
        Case(
          text: text, ids: ids.compactMap { Int(json: $0).map(Int32.init) },
          decoded: result.1.string)
      }
    }
  }

  /// The number of ids of the long text, with what goes around it, and their SHA-256 where it is known.
  func longText() throws -> (text: String, count: Int, digest: String?) {
    if let publishedCount {
      let root = FileSystem.parent(of: FileSystem.parent(of: path))
      return (
        try text(of: root + "/data/wikitext2/wikitext-2-raw-test.joined.txt"), publishedCount, nil
      )
    }
    let entry = try document().entry
    return (
      try text(of: FileSystem.parent(of: path) + "/text.txt"), try entry.required("count"),
      try entry.required("sha256")
    )
  }

  private func document() throws -> (whole: JSONObject, entry: JSONObject) {
    let golden = try #require(golden)
    let whole = try JSON(parsing: FileSystem.read(golden), path: golden).requireObject(at: golden)
    let entries = try whole.required("tokenizers", as: [JSONObject].self)
    let entry = entries.first { $0["name"]?.string == name && $0["file"]?.string == file }
    return (whole, try #require(entry, "\(testDescription)"))
  }

  private func publishedCases(_ golden: String) throws -> [Case] {
    let texts = try text(of: golden + ".inp").components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = try text(of: golden + ".out").split(
      separator: "\n", omittingEmptySubsequences: false)
    return zip(texts, lines).map { text, line in
      Case(
        text: text, ids: line.split(separator: " ").compactMap { Int32($0) }, decoded: nil)
    }
  }

  private func text(of path: String) throws -> String {
    // Decoded by hand: reading as a string would drop a byte order mark.
    String(decoding: try FileSystem.read(path), as: UTF8.self)
  }
}

extension ReferenceTokenizer {
  private static func small(_ name: String, _ file: String = "tokenizer.json") -> Self {
    let root = Fixture.root + "/tokenizers"
    return Self(
      path: "\(root)/\(name)", file: file, golden: root + "/golden.json", publishedCount: nil)
  }

  /// All, and the published ones where they are.
  static let all = SharedMaterial.adding(
    to: ["llama3", "qwen2", "smollm2", "gpt2", "llama2", "metaspace"].map { small($0) }
      + [small("llama2", "tokenizer.model")]
  ) { shared in
    func published(_ name: String, _ file: String, _ golden: String?, _ count: Int) -> Self {
      Self(
        path: "\(shared)/tokenizers/\(name)", file: file,
        golden: golden.map { "\(shared)/tokenizers/golden/\($0)" }, publishedCount: count)
    }
    return [
      published("llama2", "tokenizer.json", "llama-spm", 341_469),
      published("llama2", "tokenizer.model", "llama-spm", 341_469),
      published("mistral_v1", "tokenizer.json", nil, 334_661),
      published("llama3", "tokenizer.json", "llama-bpe", 289_077),
      published("qwen2", "tokenizer.json", "qwen2", 299_078),
    ]
  }
}

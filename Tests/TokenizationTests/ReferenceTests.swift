// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINStorage
import SPINTestSupport
import SPINTokenization
import Testing

/// Whole tokenizers against ids that others give: `tokenizers` and SentencePiece for the small ones, llama.cpp and papers
/// for the published ones.
struct ReferenceTests {
  @Test(arguments: ReferenceTokenizer.all.filter { $0.golden != nil })
  func goldenIDs(reference: ReferenceTokenizer) throws {
    let tokenizer = try reference.tokenizer()
    let cases = try reference.cases()
    #expect(cases.count >= 45)
    for item in cases {
      let what: Comment = "\(item.text.debugDescription)"
      #expect(tokenizer.encode(item.text, addSpecialTokens: false) == item.ids, what)
      guard let decoded = item.decoded else { continue }
      // As scalars: equivalent strings would be equal.
      let found = tokenizer.decode(item.ids, skipSpecialTokens: true)
      #expect(Array(found.unicodeScalars) == Array(decoded.unicodeScalars), what)
    }
  }

  /// BOS is counted where the tokenizer adds it.
  @Test(arguments: ReferenceTokenizer.all)
  func longTextsHaveAsManyTokensAsElsewhere(reference: ReferenceTokenizer) throws {
    // The folder's configuration is read too.
    let tokenizer =
      try reference.file == "tokenizer.json"
      ? Tokenizer(directory: reference.path) : reference.tokenizer()
    let (text, count, digest) = try reference.longText()
    let ids = tokenizer.encode(text)
    #expect(ids.count == count)
    if let digest {
      let list = ids.map { "\($0)" }.joined(separator: ",")
      #expect(FileDigest.sha256(Array(list.utf8)) == digest)
    }
    #expect(
      tokenizer.addsBOS == ["llama2", "llama3", "metaspace", "mistral_v1"].contains(reference.name))
    #expect(tokenizer.decode(ids, skipSpecialTokens: true) == text)
  }

  /// Folders with both files, and a text of many lines.
  private static let pairs = SharedMaterial.adding(
    to: [(Fixture.root + "/tokenizers/llama2", Fixture.root + "/tokenizers/text.txt")]
  ) { shared in
    ["llama2", "mistral_v1"].map {
      ("\(shared)/tokenizers/\($0)", shared + "/data/wikitext2/wikitext-2-raw-test.joined.txt")
    }
  }

  @Test(arguments: pairs) func bothFormatsOfOneTokenizerAgree(folder: String, text: String) throws {
    let json = try Tokenizer(jsonFile: folder + "/tokenizer.json")
    let piece = try Tokenizer(sentencePieceFile: folder + "/tokenizer.model")
    let lines = try String(decoding: FileSystem.read(text), as: UTF8.self)
      .split(separator: "\n").prefix(1000)
    #expect(lines.count > 100)
    for (index, line) in lines.enumerated() {
      #expect(json.encode(String(line)) == piece.encode(String(line)), "line \(index)")
    }
  }
}

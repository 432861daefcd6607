// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINStorage
import SPINTestSupport
import SPINTokenization
import Testing

/// Offsets and pieces against the `tokenizers` package.
struct OffsetTests {
  @Test func idsAndOffsetsAreThoseOfThePackage() throws {
    let documents = try TokenizationFixture().root.required("tokenizers", as: [JSONObject].self)
    #expect(documents.count > 30)
    for document in documents {
      let object: JSONObject = try document.required("document")
      let tokenizer = try object.tokenizer()
      for item in try TokenizationFixture.cases(document) {
        let tokens = tokenizer.tokens(of: item.text)
        let what: Comment =
          "\(item.text.debugDescription) by \(object["pre_tokenizer"]?.brief ?? "") \(tokenizer.summary)"
        #expect(tokens.map(\.id) == item.ids, what)
        #expect(tokens.map(\.scalarRange) == item.offsets, what)
        #expect(tokens.map(\.id) == tokenizer.encode(item.text), what)
        // The same ranges in bytes.
        let scalars = Array(item.text.unicodeScalars)
        for token in tokens {
          let bytes = Array(item.text.utf8)[token.utf8Range]
          let text = String(decoding: bytes, as: UTF8.self)
          #expect(Array(text.unicodeScalars) == Array(scalars[token.scalarRange]), what)
        }
      }
    }
  }

  @Test func specialTokensHaveNoPlaceInTheText() throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    let tokens = tokenizer.tokens(of: "hello")
    #expect(tokens.map(\.id) == [1, 14])
    #expect(tokens.map(\.isSpecial) == [true, false])
    #expect(tokens.map(\.utf8Range) == [0..<0, 0..<5])
    #expect(tokens.map(\.piece) == ["<s>", "▁hello"])
    #expect(tokenizer.tokens(of: "hello", addSpecialTokens: false).map(\.id) == [14])
  }

  /// The vocabulary has neither the bytes of "c" nor an unknown token: "c" is dropped.
  @Test func droppedCharactersMoveNoOffsets() throws {
    let tokens = try SmallTokenizers.gpt2.tokenizer().tokens(of: "bca")
    #expect(tokens.map(\.piece) == ["b", "a"])
    #expect(tokens.map(\.scalarRange) == [0..<1, 2..<3])
  }
}

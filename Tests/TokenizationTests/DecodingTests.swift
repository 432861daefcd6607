// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINTokenization
import Testing

struct DecodingTests {
  @Test func decodingUndoesEncoding() throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    for text in ["hello", " hello  lo\nhe", "", "\n"] {
      #expect(tokenizer.decode(tokenizer.encode(text), skipSpecialTokens: true) == text)
    }
  }

  @Test func specialTokensAreShownOrSkipped() throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    #expect(tokenizer.decode([1, 14, 2], skipSpecialTokens: false) == "<s> hello</s>")
    #expect(tokenizer.decode([1, 14, 2], skipSpecialTokens: true) == "hello")
  }

  @Test func idsWithoutTokenAreSkipped() throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    #expect(
      tokenizer.decode([14, 99, -1, Int32.max, 14], skipSpecialTokens: false) == "hello hello")
  }

  @Test func bytesThatAreNoTextAreReplacedOneByOne() throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    #expect(tokenizer.decode([6, 4, 4, 6], skipSpecialTokens: false) == "h\u{FFFD}\u{FFFD}h")
    let bytes = try SmallTokenizers.gpt2.tokenizer()
    #expect(bytes.decode([0, 3, 0], skipSpecialTokens: false) == "a\u{FFFD}a")
    #expect(bytes.decode([3, 4, 9], skipSpecialTokens: false) == "é<|end|>")
  }

  @Test func withoutADecoderTokensAreJoinedBySpaces() throws {
    let tokenizer = try SmallTokenizers.llama.with("decoder", value: .null).tokenizer()
    #expect(tokenizer.decode([6, 7], skipSpecialTokens: false) == "h e")
  }

  @Test func metaspaceDropsTheFirstSpaceOnlyWhereOneWasPut() throws {
    let always: JSON = ["type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"]
    let never: JSON = ["type": "Metaspace", "replacement": "▁", "prepend_scheme": "never"]
    let ids: [Int32] = [14, 14]
    #expect(
      try SmallTokenizers.llama.with("decoder", value: always).tokenizer()
        .decode(ids, skipSpecialTokens: false) == "hello hello")
    #expect(
      try SmallTokenizers.llama.with("decoder", value: never).tokenizer()
        .decode(ids, skipSpecialTokens: false) == " hello hello")
  }

  @Test func tokensAreFoundByIDAndByText() throws {
    let tokenizer = try SmallTokenizers.gpt2.tokenizer()
    #expect(tokenizer.token(for: 6) == "Ġab")
    #expect(tokenizer.token(for: 9) == "<|end|>")
    #expect(tokenizer.token(for: 10) == nil)
    #expect(tokenizer.token(for: -1) == nil)
    #expect(tokenizer.id(for: "Ã©") == 7)
    #expect(tokenizer.id(for: "<|end|>") == 9)
    #expect(tokenizer.id(for: "c") == nil)
    #expect(tokenizer.vocabularyCount == 10)
  }
}

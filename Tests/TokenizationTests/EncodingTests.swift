// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINTokenization
import Testing

struct EncodingTests {
  @Test func mergesGoByRank() throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    #expect(tokenizer.encode("hello") == [1, 14])
    // "l l" comes before "l o", so that "llo" is made from "ll" and not from "lo".
    #expect(tokenizer.encode("llo", addSpecialTokens: false) == [5, 13])
    #expect(tokenizer.encode("lo", addSpecialTokens: false) == [5, 16])
  }

  @Test func equalRanksMergeFromTheLeft() throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    #expect(tokenizer.encode("lll", addSpecialTokens: false) == [5, 11, 8])
  }

  @Test func emptyTextIsOnlyWhatGoesAround() throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    #expect(tokenizer.encode("") == [1])
    #expect(tokenizer.encode("", addSpecialTokens: false) == [])
  }

  @Test func spacesBecomeMarkersAndRunsMerge() throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    #expect(tokenizer.encode("  hello hello", addSpecialTokens: false) == [15, 14, 14])
  }

  @Test func missingScalarsFallBackToBytesOrAreUnknown() throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    #expect(tokenizer.encode("h\nh", addSpecialTokens: false) == [5, 6, 3, 6])
    // U+00C3 needs <0x83> too, which is not there; neighbors that are unknown fuse.
    #expect(tokenizer.encode("hÃ!h", addSpecialTokens: false) == [5, 6, 0, 6])
  }

  @Test func unknownScalarsStayApartOrVanish() throws {
    let apart = try SmallTokenizers.llama.with("model", "fuse_unk", value: false).tokenizer()
    #expect(apart.encode("h!!h", addSpecialTokens: false) == [5, 6, 0, 0, 6])
    let silent = try SmallTokenizers.llama.with("model", "unk_token", value: .null).tokenizer()
    #expect(silent.encode("h!!h", addSpecialTokens: false) == [5, 6, 6])
  }

  @Test func bytesAreTheSymbolsOfByteLevelModels() throws {
    let tokenizer = try SmallTokenizers.gpt2.tokenizer()
    #expect(tokenizer.encode("ab é ab") == [5, 2, 7, 6])
    // The pattern cuts between words, so that "ab" and "a" do not meet across the space.
    #expect(tokenizer.encode("aba ab") == [8, 6])
  }

  @Test func wholeWordsGoBeforeMergesWhereAsked() throws {
    let vocabulary: JSON = ["a": 0, "b": 1, "Ġ": 2, "Ġab": 3, "ab": 4]
    let document = SmallTokenizers.gpt2
      .with("model", "vocab", value: vocabulary)
      .with("model", "merges", value: [["a", "b"]])
    #expect(try document.tokenizer().encode(" ab") == [2, 4])
    let ignoring = document.with("model", "ignore_merges", value: true)
    #expect(try ignoring.tokenizer().encode(" ab") == [3])
  }

  @Test func illFormedBytesAreReadAsReplacementCharacters() throws {
    let vocabulary: JSON = ["a": 0, "ï": 1, "¿": 2, "½": 3]
    let tokenizer = try SmallTokenizers.gpt2
      .with("model", "vocab", value: vocabulary)
      .with("model", "merges", value: [])
      .tokenizer()
    #expect(tokenizer.encode(utf8: [0x61, 0xFF, 0x61]) == [0, 1, 2, 3, 0])
  }

  @Test func scalarsAreNeverGroupedIntoCharacters() throws {
    // "e" and U+0301 are one Character; as scalars, "e" is a token and the accent unknown.
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    #expect(tokenizer.encode("e\u{301}", addSpecialTokens: false) == [5, 7, 0])
    // So are CR and LF; the unknown comes behind the bytes after it, as in the package.
    #expect(tokenizer.encode("h\r\nh", addSpecialTokens: false) == [5, 6, 3, 0, 6])
  }

  @Test(arguments: [1, 47, 48, 49, 50, 1000])
  func longWordsMergeAsShortOnesDo(count: Int) throws {
    // Without a marker in the vocabulary nothing is cut, and the heap takes over at 49 symbols.
    let document = SmallTokenizers.llama
      .with("normalizer", value: .null)
      .with(
        "model", "vocab",
        value: ["<unk>": 0, "<s>": 1, "</s>": 2, "a": 3, "b": 4, "ab": 5, "abab": 6]
      )
      .with("model", "merges", value: ["a b", "ab ab"])
    let text = String(repeating: "ab", count: count)
    let expected = Array(repeating: Int32(6), count: count / 2) + (count % 2 == 1 ? [5] : [])
    #expect(try document.tokenizer().encode(text, addSpecialTokens: false) == expected)
  }

  @Test func cuttingAtMarkersChangesNoID() throws {
    // With a token that holds a marker inside, the whole text is one word.
    let uncut = SmallTokenizers.llama
      .with("model", "vocab", "o▁h", value: 17)
      .with(
        "model", "merges", value: ["h e", "l l", "▁ he", "ll o", "▁he llo", "▁ ▁", "l o", "l lo"])
    let text = String(repeating: " hello   he\nllo!", count: 40)
    #expect(
      try uncut.tokenizer().encode(text) == SmallTokenizers.llama.tokenizer().encode(text))
  }

  @Test func repeatedAndConcurrentCallsAgree() async throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    let texts = (0..<200).map { String(repeating: "hello lo\n", count: $0 % 17) + "he\($0)" }
    let expected = texts.map { tokenizer.encode($0) }
    await withTaskGroup(of: [[Int32]].self) { group in
      for _ in 0..<4 { group.addTask { texts.map { tokenizer.encode($0) } } }
      for await result in group { #expect(result == expected) }
    }
  }

  @Test func moreWordsThanTheCacheHoldsAreEncodedRight() throws {
    let tokenizer = try SmallTokenizers.gpt2.tokenizer()
    // 40,000 different words of 16 letters, then the first again.
    for word in Array(0..<40_000) + Array(0..<1000) {
      let bits = (0..<16).map { word >> $0 & 1 == 0 ? "a" : "b" }.joined()
      let ids = tokenizer.encode(bits)
      guard tokenizer.decode(ids, skipSpecialTokens: false) == bits else {
        Issue.record("\(bits) became \(ids)")
        return
      }
    }
  }
}

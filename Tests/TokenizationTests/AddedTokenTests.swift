// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINTokenization
import Testing

struct AddedTokenTests {
  /// The byte-level tokenizer with one more added token, of id 10.
  private func tokenizer(_ content: String, _ flags: JSONObject) throws -> Tokenizer {
    var token: JSONObject = ["id": 10, "content": JSON(content)]
    for key in flags.keys { token[key] = flags[key] }
    let end: JSON = ["id": 9, "content": "<|end|>", "special": true]
    return try SmallTokenizers.gpt2.with("added_tokens", value: [end, .object(token)]).tokenizer()
  }

  @Test func addedTokensAreFoundInsideWords() throws {
    let tokenizer = try SmallTokenizers.gpt2.tokenizer()
    #expect(tokenizer.encode("ab<|end|>ab") == [5, 9, 5])
    #expect(tokenizer.encode("<|end|><|end") == [9])
  }

  @Test func theLongestOfSeveralIsTaken() throws {
    let tokenizer = try tokenizer("<|end|>a", [:])
    #expect(tokenizer.encode("<|end|>ab<|end|>b") == [10, 1, 9, 1])
  }

  @Test func singleWordsAreNotFoundBesideWordCharacters() throws {
    let tokenizer = try tokenizer("aa", ["single_word": true])
    #expect(tokenizer.encode("aa") == [10])
    #expect(tokenizer.encode("aa aa") == [10, 2, 10])
    #expect(tokenizer.encode("baa") == [1, 0, 0])
    #expect(tokenizer.encode("aaé") == [0, 0, 7])
  }

  @Test func surroundingSpaceIsTakenWhereAsked() throws {
    #expect(try tokenizer("X", ["lstrip": true]).encode("a X a") == [0, 10, 2, 0])
    #expect(try tokenizer("X", ["rstrip": true]).encode("a X \n\u{3000}a") == [0, 2, 10, 0])
    #expect(try tokenizer("X", [:]).encode("a X a") == [0, 2, 10, 2, 0])
  }

  @Test func normalizedTokensAreFoundInNormalizedText() throws {
    func tokenizer(isNormalized: Bool) throws -> Tokenizer {
      let token: JSON = ["id": 9, "content": "AB", "normalized": .bool(isNormalized)]
      return try SmallTokenizers.gpt2.with("added_tokens", value: [token])
        .with("normalizer", value: ["type": "Lowercase"]).tokenizer()
    }
    #expect(try tokenizer(isNormalized: true).encode("ABabAb") == [9, 9, 9])
    #expect(try tokenizer(isNormalized: false).encode("ABab") == [9, 5])
  }

  @Test func eachStretchBetweenTokensGetsItsPrefix() throws {
    let tokenizer = try SmallTokenizers.llama.tokenizer()
    #expect(tokenizer.encode("hello</s>hello", addSpecialTokens: false) == [14, 2, 14])
  }

  @Test(
    arguments: [
      ("always", [14, 2, 14]), ("first", [14, 2, 10, 13]), ("never", [10, 13, 2, 10, 13]),
    ] as [(String, [Int32])])
  func metaspacePrefixesByItsScheme(scheme: String, expected: [Int32]) throws {
    let metaspace: JSON = [
      "type": "Metaspace", "replacement": "▁", "prepend_scheme": JSON(scheme), "split": false,
    ]
    let tokenizer = try SmallTokenizers.llama.with("normalizer", value: .null)
      .with("pre_tokenizer", value: metaspace).tokenizer()
    #expect(tokenizer.encode("hello</s>hello", addSpecialTokens: false) == expected)
    // A space that is there already is not doubled.
    #expect(tokenizer.encode(" hello", addSpecialTokens: false) == [14])
  }

  @Test func idsAndTextsHaveToAgreeWithTheVocabulary() throws {
    func refusal(_ tokens: JSON) throws -> String {
      try SmallTokenizers.gpt2.with("added_tokens", value: tokens).refusal()
    }
    #expect(
      try refusal([["id": 10, "content": "ab"]])
        == #"tokenizer.json: added_tokens: the token "ab" has the id 10, elsewhere it has 5"#)
    #expect(
      try refusal([["id": 5, "content": "X"]])
        == #"tokenizer.json: added_tokens: the id 5 belongs to two tokens, "ab" and "X""#)
    #expect(
      try refusal([["id": 10, "content": "X"], ["id": 10, "content": "Y"]])
        == #"tokenizer.json: added_tokens: the id 10 belongs to two tokens, "X" and "Y""#)
    #expect(
      try refusal([["id": 10, "content": "X"], ["id": 11, "content": "X"]])
        == #"tokenizer.json: added_tokens: the token "X" has the id 11, elsewhere it has 10"#)
    #expect(
      try refusal([["content": "X"]])
        == "tokenizer.json: added_tokens[0].id: is missing, expected an integer")
    #expect(
      try refusal([["id": -1, "content": "X"]])
        == "tokenizer.json: added_tokens[0].id: is -1, expected 0 to 2097151")
    #expect(
      try refusal([["id": 10, "content": "X", "lstrip": 1]])
        == "tokenizer.json: added_tokens[0].lstrip: is 1, expected true or false")
    #expect(
      try refusal([["id": 10, "content": JSON(String(repeating: "x", count: 4097))]])
        == "tokenizer.json: added_tokens[0].content: has 4097 bytes, at most 4096 are allowed")
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINTestSupport
import SPINTokenization
import Testing

struct SentencePieceTests {
  private struct Piece {
    var text: String
    var score: Float = 0
    var type = 1
  }

  /// The pieces of the small Llama tokenizer; a better score merges first.
  private static let pieces: [Piece] = [
    Piece(text: "<unk>", type: 2), Piece(text: "<s>", type: 3), Piece(text: "</s>", type: 3),
    Piece(text: "<0x0A>", type: 6), Piece(text: "<user>", type: 4),
    Piece(text: "▁", score: -20), Piece(text: "h", score: -21), Piece(text: "e", score: -22),
    Piece(text: "l", score: -23), Piece(text: "o", score: -24), Piece(text: "he", score: -1),
    Piece(text: "ll", score: -2), Piece(text: "▁he", score: -3), Piece(text: "llo", score: -4),
    Piece(text: "▁hello", score: -5), Piece(text: "lo", score: -7),
  ]

  private static func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + varint(value >> 7)
  }

  private static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(bytes.count) + bytes
  }

  private static func field(_ number: Int, _ value: Int) -> [UInt8] {
    varint(number << 3) + varint(value)
  }

  private static func model(
    _ pieces: [Piece] = pieces, trainer: [UInt8] = field(3, 2), normalizer: [UInt8] = field(4, 0)
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for piece in pieces {
      let bits = piece.score.bitPattern
      let score = [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> $0) }
      bytes += field(1, field(1, Array(piece.text.utf8)) + [0x15] + score + field(3, piece.type))
    }
    return bytes + field(2, trainer) + field(3, normalizer)
  }

  private func tokenizer(_ bytes: [UInt8], config: JSONObject? = nil) throws -> Tokenizer {
    let directory = try TemporaryDirectory()
    try Data(bytes).write(to: URL(filePath: directory.file("tokenizer.model")))
    guard let config else {
      return try Tokenizer(sentencePieceFile: directory.file("tokenizer.model"))
    }
    try config.write(to: directory, as: "tokenizer_config.json")
    return try Tokenizer(directory: directory.path)
  }

  private func refusal(_ bytes: [UInt8]) throws -> String {
    try #require(throws: SPINError.self) { try tokenizer(bytes) }.message
  }

  @Test func piecesMergeByScore() throws {
    let tokenizer = try tokenizer(Self.model())
    #expect(tokenizer.encode("hello") == [1, 14])
    #expect(tokenizer.encode("llo lo", addSpecialTokens: false) == [5, 13, 5, 15])
    #expect(tokenizer.encode("h\n!?h", addSpecialTokens: false) == [5, 6, 3, 0, 6])
    #expect(tokenizer.bosID == 1)
    #expect(tokenizer.eosID == 2)
    #expect(tokenizer.addsBOS)
    #expect(tokenizer.decode([1, 14, 3, 14], skipSpecialTokens: true) == "hello\n hello")
    #expect(tokenizer.summary.format == .sentencePiece)
  }

  @Test func equalScoresMergeFromTheLeft() throws {
    let pieces =
      Self.pieces.prefix(3)
      + [
        Piece(text: "a"), Piece(text: "b"), Piece(text: "ab", score: -1),
        Piece(text: "ba", score: -1),
      ]
    let tokenizer = try tokenizer(
      Self.model(Array(pieces), normalizer: Self.field(3, 0) + Self.field(4, 0)))
    #expect(tokenizer.encode("bab", addSpecialTokens: false) == [6, 4])
    #expect(tokenizer.encode("aba", addSpecialTokens: false) == [5, 3])
  }

  @Test func userPiecesAreFoundInTheText() throws {
    let tokenizer = try tokenizer(Self.model())
    #expect(tokenizer.encode("hello<user>hello</s>", addSpecialTokens: false) == [14, 4, 14, 2])
    #expect(tokenizer.decode([4], skipSpecialTokens: true) == "<user>")
  }

  @Test func theConfigurationDecidesWhatGoesAround() throws {
    let config: JSONObject = [
      "add_bos_token": false, "add_eos_token": true, "legacy": false, "bos_token": "<s>",
      "eos_token": ["content": "</s>"],
      "added_tokens_decoder": ["16": ["content": "<pad>", "special": true]],
    ]
    let tokenizer = try tokenizer(Self.model(), config: config)
    #expect(!tokenizer.addsBOS)
    // Not legacy: only the first stretch gets a space.
    #expect(tokenizer.encode("hello<pad>hello") == [14, 16, 10, 13, 2])
    #expect(tokenizer.vocabularyCount == 17)
  }

  @Test func whatIsNotSupportedIsRefusedByName() throws {
    #expect(
      try refusal(Self.model(trainer: Self.field(3, 1)))
        == "the model type unigram is not supported, expected BPE")
    #expect(
      try refusal(Self.model(trainer: []))
        == "the model type unigram is not supported, expected BPE")
    #expect(
      try refusal(Self.model(trainer: Self.field(3, 2) + Self.field(24, 1)))
        == "treat_whitespace_as_suffix is not supported")
    #expect(
      try refusal(Self.model(normalizer: []))
        == "remove_extra_whitespaces is not supported, expected false")
    #expect(
      try refusal(Self.model(normalizer: Self.field(4, 0) + Self.field(5, 0)))
        == "escape_whitespaces is false, expected true")
    #expect(
      try refusal(Self.model(normalizer: Self.field(2, [1, 2]) + Self.field(4, 0)))
        == "normalization is not supported, expected the identity")
    #expect(
      try refusal(Self.model(Self.pieces + [Piece(text: "x", type: 5)]))
        == "piece 16, \"x\", is marked unused, which is not supported")
  }

  @Test func damagedModelsAreRefused() throws {
    #expect(
      try refusal(Self.model(Self.pieces + [Piece(text: "he")]))
        == #"the token "he" occurs twice, as ids 10 and 16"#)
    #expect(
      try refusal(Self.model(Self.pieces + [Piece(text: "x", score: .nan)]))
        == "the score of a piece is not finite")
    #expect(
      try refusal(Self.model(Self.pieces + [Piece(text: "x", type: 9)]))
        == "the type 9 of a piece is not known")
    #expect(
      try refusal(Self.model(Self.pieces + [Piece(text: "")]))
        == "the text of a piece is not valid UTF-8 of at least one byte")
    #expect(
      try refusal([]) == "has 0 pieces and no trainer specification, expected a SentencePiece model"
    )
    #expect(
      try refusal(Array("<!DOCTYPE html>".utf8))
        == "the wire type 4 is not known, expected a SentencePiece model")
  }

  @Test func anyTruncationOrFlippedByteIsAnErrorOrATokenizer() throws {
    let whole = Self.model()
    let directory = try TemporaryDirectory()
    let path = directory.file("tokenizer.model")
    func load(_ bytes: [UInt8]) throws {
      try Data(bytes).write(to: URL(filePath: path))
      do { _ = try Tokenizer(sentencePieceFile: path).encode("hello\n") } catch is SPINError {}
    }
    for length in 0..<whole.count { try load(Array(whole.prefix(length))) }
    var generator = SeededGenerator(seed: 0)
    for index in whole.indices {
      var bytes = whole
      bytes[index] ^= UInt8.random(in: 1...255, using: &generator)
      try load(bytes)
    }
  }
}

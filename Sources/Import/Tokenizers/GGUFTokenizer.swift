// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINGGUF

/// The vocabulary of a GGUF file: tokens with their types, and what is special among them.
struct GGUFTokenizer {
  /// What a token is for (`TokenType` of the package gguf, as SentencePiece numbers them).
  enum TokenType: Int {
    case normal = 1
    case unknown = 2
    case control = 3
    case userDefined = 4
    case unused = 5
    case byte = 6
  }

  /// How text becomes tokens.
  enum Model {
    /// Byte-level BPE behind one of the known patterns, with its merges.
    case bytePair(PreTokenizerKind, merges: [[UInt8]])
    /// SentencePiece BPE with the score of each token.
    case sentencePiece(scores: [Float], addsPrefixSpace: Bool)
  }

  let metadata: GGUFMetadata
  let model: Model
  /// The tokens as UTF-8; the index is the id.
  let tokens: [[UInt8]]
  let types: [TokenType]
  let bosID: Int?
  let eosID: Int?
  /// Further tokens that end a turn: "end of turn", "end of message".
  let endOfTurnIDs: [Int]
  let unknownID: Int?
  let paddingID: Int?
  let addsBOS: Bool
  let addsEOS: Bool

  /// Reads the keys `tokenizer.ggml.*`.
  ///
  /// - Throws: `SPINError` that names the key; `unavailable` for a tokenizer or a pre-tokenizer that
  ///   is not among those known.
  init(_ metadata: GGUFMetadata) throws {
    self.metadata = metadata
    let prefix = "tokenizer.ggml."
    guard let tokens = try metadata.strings(prefix + "tokens"), !tokens.isEmpty else {
      throw metadata.failure(prefix + "tokens", "is missing or empty, expected the vocabulary")
    }
    self.tokens = tokens
    types = try Self.types(metadata, count: tokens.count)
    try Self.checkUnique(tokens, metadata)
    let kind = try metadata.string(prefix + "model")
    switch kind {
    case "gpt2":
      guard let merges = try metadata.strings(prefix + "merges") else {
        throw metadata.failure(prefix + "merges", "is missing, expected the merges of BPE")
      }
      model = .bytePair(try PreTokenizerKind(metadata), merges: merges)
    case "llama":
      guard let scores = try metadata.floats(prefix + "scores"), scores.count == tokens.count,
        scores.allSatisfy(\.isFinite)
      else {
        throw metadata.failure(
          prefix + "scores", "is missing or not \(tokens.count) finite numbers, one a token")
      }
      try Self.refuseNormalization(metadata)
      model = .sentencePiece(
        scores: scores, addsPrefixSpace: try metadata.bool(prefix + "add_space_prefix") ?? true)
    default:
      throw metadata.failure(
        prefix + "model",
        "is \(kind.map { "\"\($0)\"" } ?? "missing"), expected \"gpt2\" (BPE) or "
          + "\"llama\" (SentencePiece)", code: .unavailable,
        remedy: "use the checkpoint that the file was made from")
    }
    func id(_ name: String) throws -> Int? {
      let key = "\(prefix)\(name)_token_id"
      // Some writers put 2^32 - 1 for "none".
      guard let id = try metadata.integer(key), id != 0xFFFF_FFFF, id != -1 else { return nil }
      guard tokens.indices.contains(id) else {
        throw metadata.failure(key, "is \(id), the vocabulary has \(tokens.count) tokens")
      }
      return id
    }
    bosID = try id("bos")
    eosID = try id("eos")
    endOfTurnIDs = try ["eot", "eom"].compactMap { try id($0) }
    unknownID = try id("unknown")
    paddingID = try id("padding")
    // As llama.cpp does where the file is silent.
    let addsBOS = try metadata.bool(prefix + "add_bos_token")
    switch model {
    case .bytePair(let kind, _): self.addsBOS = addsBOS ?? kind.addsBOS
    case .sentencePiece: self.addsBOS = addsBOS ?? true
    }
    addsEOS = try metadata.bool(prefix + "add_eos_token") ?? false
    for (adds, id, name) in [(self.addsBOS, bosID, "bos"), (addsEOS, eosID, "eos")]
    where adds && id == nil {
      throw metadata.failure(
        "\(prefix)\(name)_token_id", "is missing, but \(prefix)add_\(name)_token is true")
    }
  }

  /// The ids of tokens that are split out of the text before anything else, ascending.
  var addedIDs: [Int] {
    tokens.indices.filter { index in
      switch types[index] {
      case .control, .userDefined, .unknown: true
      case .normal, .byte, .unused: false
      }
    }
  }

  private static func types(_ metadata: GGUFMetadata, count: Int) throws -> [TokenType] {
    let key = "tokenizer.ggml.token_type"
    guard let numbers = try metadata.integers(key) else {
      throw metadata.failure(key, "is missing, expected the type of each token")
    }
    guard numbers.count == count else {
      throw metadata.failure(key, "has \(numbers.count) types, the vocabulary has \(count) tokens")
    }
    return try numbers.map { number in
      guard let type = TokenType(rawValue: number) else {
        throw metadata.failure(key, "holds \(number), expected 1 to 6")
      }
      return type
    }
  }

  /// The most tokens, and the longest, that a tokenizer may have; larger ones only cost time.
  private static let maximumCount = 1 << 20
  private static let maximumByteCount = 1024

  private static func checkUnique(_ tokens: [[UInt8]], _ metadata: GGUFMetadata) throws {
    let key = "tokenizer.ggml.tokens"
    guard tokens.count <= maximumCount else {
      throw metadata.failure(
        key, "has \(tokens.count) tokens, expected at most \(maximumCount)")
    }
    if let long = tokens.first(where: { $0.count > maximumByteCount }) {
      throw metadata.failure(
        key, "holds a token of \(long.count) bytes, expected at most \(maximumByteCount)")
    }
    var seen: [[UInt8]: Int] = [:]
    seen.reserveCapacity(tokens.count)
    for (id, token) in tokens.enumerated() {
      if let other = seen.updateValue(id, forKey: token) {
        throw metadata.failure(
          key, "holds the same token at the ids \(other) and \(id)",
          remedy: "a tokenizer.json cannot say that; use the checkpoint that the file was made from"
        )
      }
    }
  }

  private static func refuseNormalization(_ metadata: GGUFMetadata) throws {
    let prefix = "tokenizer.ggml."
    if try metadata.bool(prefix + "remove_extra_whitespaces") == true {
      throw metadata.failure(
        prefix + "remove_extra_whitespaces", "is true, which is not supported", code: .unavailable)
    }
    if metadata.contains(prefix + "precompiled_charsmap") {
      throw metadata.failure(
        prefix + "precompiled_charsmap", "asks for a normalization that is not supported",
        code: .unavailable)
    }
  }
}

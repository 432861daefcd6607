// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Converts text to token ids and back, with the results of the `tokenizers` package.
///
///     let tokenizer = try Tokenizer(directory: "Qwen2-0.5B")
///     let ids = tokenizer.encode("Hello world")
///     let text = tokenizer.decode(ids, skipSpecialTokens: true)
///
/// It supports byte-pair encoding of bytes (Llama 3, Qwen) or of Unicode scalars with byte fallback
/// (Llama 2, Mistral, Vicuna). A file that needs an unsupported feature is rejected when it is
/// read, with an error that names the feature. All methods may be called from several threads at
/// once.
public final class Tokenizer: Sendable {
  /// The id of the beginning-of-sequence token; nil if there is none.
  public let bosID: Int32?
  /// The id of the end-of-sequence token; nil if there is none.
  public let eosID: Int32?
  /// A summary of the tokenizer's components.
  public let summary: TokenizerSummary

  let parts: TokenizerParts
  let rawMatcher: AddedTokenMatcher
  let normalizedMatcher: AddedTokenMatcher
  let addedByID: [Int32: AddedToken]
  private let addedByContent: [[UInt8]: Int32]
  private let cache = Mutex(WordCache())

  init(_ parts: TokenizerParts) {
    self.parts = parts
    bosID = parts.bosID
    eosID = parts.eosID
    summary = TokenizerSummary(parts)
    let raw = parts.addedTokens.filter { !$0.isNormalized }
    let normalized = parts.addedTokens.filter(\.isNormalized)
    rawMatcher = AddedTokenMatcher(raw, spellings: raw.map(\.content))
    normalizedMatcher = AddedTokenMatcher(
      normalized, spellings: normalized.map { Self.normalize($0.content, parts.normalizers) })
    addedByID = Dictionary(parts.addedTokens.map { ($0.id, $0) }) { $1 }
    addedByContent = Dictionary(parts.addedTokens.map { ($0.content, $0.id) }) { $1 }
  }

  /// The number of tokens, including added tokens.
  public var vocabularyCount: Int { summary.vocabularyCount }

  /// Whether encoding with special tokens begins with `bosID`.
  public var addsBOS: Bool { summary.addsBOS }

  /// The token with an id, as written in the vocabulary; nil if there is none.
  public func token(for id: Int32) -> String? {
    bytes(of: id).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether a token is special, so that decoding can omit it, such as BOS or a turn marker.
  public func isSpecial(_ id: Int32) -> Bool { addedByID[id]?.isSpecial == true }

  /// The id of a token as written in the vocabulary; nil if there is none.
  public func id(for token: String) -> Int32? {
    let text = Array(token.utf8)
    return addedByContent[text] ?? parts.model.vocabulary.id(of: text)
  }

  private func bytes(of id: Int32) -> ArraySlice<UInt8>? {
    if let added = addedByID[id] { return added.content[...] }
    let vocabulary = parts.model.vocabulary
    return vocabulary.contains(Int(id)) ? vocabulary.token(Int(id)) : nil
  }
}

// MARK: - Encoding

extension Tokenizer {
  /// Encodes a text as token ids.
  ///
  /// Added tokens in the text itself are recognized whether or not `addSpecialTokens` is set.
  ///
  /// - Parameter addSpecialTokens: Whether to add the tokenizer's special tokens around the text,
  ///   such as BOS.
  public func encode(_ text: String, addSpecialTokens: Bool = true) -> [Int32] {
    encode(wellFormed: Array(text.utf8), addSpecialTokens: addSpecialTokens)
  }

  /// Encodes a text given as UTF-8; ill-formed sequences are read as U+FFFD.
  public func encode(utf8 bytes: [UInt8], addSpecialTokens: Bool = true) -> [Int32] {
    encode(String(decoding: bytes, as: UTF8.self), addSpecialTokens: addSpecialTokens)
  }

  private func encode(wellFormed text: [UInt8], addSpecialTokens: Bool) -> [Int32] {
    // Threads share the cache, but a thread that finds it in use encodes without it instead of
    // waiting.
    let ids = cache.withLockIfAvailable { encode(text, &$0) }
    guard addSpecialTokens else { return ids ?? encodeUncached(text) }
    return parts.prefix + (ids ?? encodeUncached(text)) + parts.suffix
  }

  private func encodeUncached(_ text: [UInt8]) -> [Int32] {
    var cache = WordCache()
    return encode(text, &cache)
  }

  private func encode(_ text: [UInt8], _ cache: inout WordCache) -> [Int32] {
    var output: [Int32] = []
    output.reserveCapacity(text.count / 3 + 4)
    var scratch = MergeScratch()
    rawMatcher.forEachSection(of: text) { token, range in
      if let token {
        output.append(token.id)
        return
      }
      let section = range.count == text.count ? text : Array(text[range])
      let normalized = Self.normalize(section, parts.normalizers)
      normalizedMatcher.forEachSection(of: normalized) { token, inner in
        if let token {
          output.append(token.id)
          return
        }
        let bytes = inner.count == normalized.count ? normalized : Array(normalized[inner])
        let isStart = range.lowerBound == 0 && inner.lowerBound == 0
        var pieces = TextPieces(bytes, isStart: isStart)
        for step in parts.preTokenizers { step.apply(to: &pieces) }
        encode(pieces, &scratch, &cache, &output)
      }
    }
    return output
  }

  private static func normalize(_ text: [UInt8], _ steps: [Normalizer]) -> [UInt8] {
    steps.reduce(text) { $1.apply(to: $0) }
  }

  private func encode(
    _ pieces: TextPieces, _ scratch: inout MergeScratch, _ cache: inout WordCache,
    _ output: inout [Int32]
  ) {
    let text = pieces.bytes.span
    guard parts.model.cutsAtMarkers else {
      pieces.forEach { encodeWord(text, $0, &scratch, &cache, &output) }
      return
    }
    let marker = BytePairModel.wordMarker
    pieces.forEach { piece in
      var start = piece.lowerBound
      var markerEnd = start
      var index = start
      while index < piece.upperBound {
        guard text[index] == marker[0], text[index + 1] == marker[1], text[index + 2] == marker[2]
        else {
          index += 1
          continue
        }
        if markerEnd != index, index > start {
          encodeWord(text, start..<index, &scratch, &cache, &output)
          start = index
        }
        index += marker.count
        markerEnd = index
      }
      encodeWord(text, start..<piece.upperBound, &scratch, &cache, &output)
    }
  }

  @inline(__always)
  private func encodeWord(
    _ text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout MergeScratch,
    _ cache: inout WordCache, _ output: inout [Int32]
  ) {
    guard word.count <= WordCache.maximumWordLength else {
      parts.model.encode(text, word, &scratch, to: &output)
      return
    }
    guard let place = cache.appendIDs(of: text, word, to: &output) else { return }
    let start = output.count
    parts.model.encode(text, word, &scratch, to: &output)
    cache.insert(text, word, ids: output[start...], at: place)
  }
}

// MARK: - Decoding

extension Tokenizer {
  /// Decodes token ids to text; unknown ids are skipped.
  ///
  /// - Parameters:
  ///   - ids: The token ids.
  ///   - skipSpecialTokens: Whether to omit special tokens such as BOS.
  public func decode(_ ids: [Int32], skipSpecialTokens: Bool) -> String {
    var tokens: [ArraySlice<UInt8>] = []
    tokens.reserveCapacity(ids.count)
    for id in ids {
      guard let token = bytes(of: id) else { continue }
      if skipSpecialTokens, addedByID[id]?.isSpecial == true { continue }
      tokens.append(token)
    }
    guard let steps = parts.decodingSteps else {
      // Without a decoder, the `tokenizers` package joins tokens with spaces.
      return String(decoding: Array(tokens.joined(separator: [0x20])), as: UTF8.self)
    }
    for step in steps { tokens = step.apply(to: tokens) }
    return String(decoding: Array(tokens.joined()), as: UTF8.self)
  }
}

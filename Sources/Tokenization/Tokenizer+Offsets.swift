// SPDX-License-Identifier: Apache-2.0

/// A token with its position in the text.
public struct LocatedToken: Sendable, Equatable {
  /// The token's id.
  public let id: Int32
  /// The token as written in the vocabulary, with `Ġ` for a space in byte-level ones.
  public let piece: String
  /// The range of UTF-8 bytes of the text that the token represents; 0..<0 for tokens added around
  /// the text.
  public let utf8Range: Range<Int>
  /// The range of Unicode scalars that the token represents; the `tokenizers` package uses these
  /// offsets in Python.
  public let scalarRange: Range<Int>
  /// Whether decoding may skip the token, such as BOS.
  public let isSpecial: Bool
}

extension Tokenizer {
  /// The tokens of a text with their offsets; the ids are the same as those of `encode`.
  ///
  /// Offsets are those of the `tokenizers` package. A token that is part of a scalar has the range
  /// of the whole scalar; text inserted by a normalizer has the range of an adjacent scalar;
  /// whether white space at the ends of a token counts depends on the post-processor. One thing
  /// differs: a scalar that is dropped because it is not in the vocabulary does not shift the
  /// offsets of the tokens after it, as it does in that package.
  ///
  /// - Parameter addSpecialTokens: Whether to add the tokenizer's special tokens around the text,
  ///   such as BOS.
  /// - Complexity: Takes a few times as long as `encode`.
  public func tokens(of text: String, addSpecialTokens: Bool = true) -> [LocatedToken] {
    let bytes = Array(text.utf8)
    var found: [Found] = []
    if addSpecialTokens { found += parts.prefix.map { Found(id: $0) } }
    found += locate(bytes)
    if addSpecialTokens { found += parts.suffix.map { Found(id: $0) } }
    let scalars = ScalarOffsets(bytes)
    return found.enumerated().map { index, token in
      let piece = self.token(for: token.id) ?? ""
      var range = scalars.range(of: token.range)
      for trim in parts.offsetTrims {
        range = trim.trimmed(range, of: token.matched ?? piece, isFirst: index == 0)
      }
      return LocatedToken(
        id: token.id, piece: piece, utf8Range: scalars.utf8Range(of: range), scalarRange: range,
        isSpecial: addedByID[token.id]?.isSpecial ?? false)
    }
  }

  /// A token before trimming and conversion of its offsets.
  private struct Found {
    let id: Int32
    var range = 0..<0
    /// The matched text of an added token, including white space that it strips.
    var matched: String?
  }

  private func locate(_ text: [UInt8]) -> [Found] {
    var found: [Found] = []
    var scratch = MergeScratch()
    scratch.tracksExtents = true
    rawMatcher.forEachSection(of: text) { token, range in
      if let token {
        let matched = String(decoding: text[range], as: UTF8.self)
        found.append(Found(id: token.id, range: range, matched: matched))
        return
      }
      var aligned = AlignedText(text, range)
      for normalizer in parts.normalizers { aligned.apply(normalizer) }
      normalizedMatcher.forEachSection(of: aligned.bytes) { token, inner in
        if let token {
          let matched = String(decoding: aligned.bytes[inner], as: UTF8.self)
          found.append(Found(id: token.id, range: aligned.source(of: inner), matched: matched))
          return
        }
        var pieces = TextPieces(
          Array(aligned.bytes[inner]), isStart: range.lowerBound == 0 && inner.lowerBound == 0,
          sources: Array(aligned.sources[inner]))
        for step in parts.preTokenizers { step.apply(to: &pieces) }
        let bytes = pieces.bytes.span
        pieces.forEach { word in
          parts.model.forEachToken(of: bytes, word, &scratch) { id, range in
            found.append(Found(id: id, range: pieces.source(of: range)))
          }
        }
      }
    }
    return found
  }
}

/// Converts between offsets in bytes and in scalars of one text.
private struct ScalarOffsets {
  /// The byte offset of each scalar, and of the end.
  private var starts: [Int] = []

  init(_ text: [UInt8]) {
    starts.reserveCapacity(text.count + 1)
    for (index, byte) in text.enumerated() where byte & 0xC0 != 0x80 { starts.append(index) }
    starts.append(text.count)
  }

  /// The scalars that begin in a range of bytes.
  func range(of bytes: Range<Int>) -> Range<Int> {
    index(of: bytes.lowerBound)..<index(of: bytes.upperBound)
  }

  func utf8Range(of scalars: Range<Int>) -> Range<Int> {
    starts[scalars.lowerBound]..<starts[scalars.upperBound]
  }

  /// The first scalar that begins at or after an offset.
  private func index(of offset: Int) -> Int {
    var (low, high) = (0, starts.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

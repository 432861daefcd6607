// SPDX-License-Identifier: Apache-2.0

/// Byte-pair encoding of one word: symbols first, then merges by rank.
struct BytePairModel: Sendable {
  /// What a symbol is before any merge.
  enum Alphabet: Sendable {
    /// A byte, spelled as in `ByteAlphabet`.
    case bytes
    /// A Unicode scalar; one that is not in the vocabulary becomes its bytes, or unknown.
    case scalars
  }

  /// How a word becomes symbols and symbols become ids.
  struct Options: Sendable {
    var alphabet = Alphabet.scalars
    /// Whether scalars that are not in the vocabulary become tokens `<0x00>` to `<0xFF>`.
    var fallsBackToBytes = false
    /// What stands for a symbol that is not in the vocabulary; without it the symbol is dropped.
    var unknownID: Int32?
    /// Whether neighboring unknown symbols become one.
    var fusesUnknown = false
    /// Whether a word that is in the vocabulary as a whole is taken without merging.
    var ignoresMerges = false
  }

  let vocabulary: Vocabulary
  let merges: MergeTable
  let options: Options
  /// The symbol of each byte: its own, or the one that it falls back to; -1 where there is none.
  private let byteIDs: [Int32]
  /// The symbol of each ASCII scalar, -1 where there is none.
  private let asciiIDs: [Int32]
  /// Whether text may be cut before each `wordMarker` that follows something else.
  let cutsAtMarkers: Bool

  /// SentencePiece's replacement for the space, U+2581.
  static let wordMarker: [UInt8] = [0xE2, 0x96, 0x81]

  init(vocabulary: Vocabulary, merges: MergeTable, options: Options) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.options = options
    byteIDs = (0..<256).map { byte -> Int32 in
      switch options.alphabet {
      case .bytes:
        var spelling: [UInt8] = []
        appendScalar(ByteAlphabet.scalars[byte], to: &spelling)
        return vocabulary.id(of: spelling) ?? -1
      case .scalars:
        guard options.fallsBackToBytes else { return -1 }
        return vocabulary.id(of: Self.fallbackToken(UInt8(byte))) ?? -1
      }
    }
    asciiIDs = (0..<128).map { vocabulary.id(of: [UInt8($0)]) ?? -1 }
    cutsAtMarkers =
      options.alphabet == .scalars && !options.ignoresMerges
      && Self.beginsWordsOnly(Self.wordMarker, vocabulary)
  }

  /// The token of a byte, as `<0x0A>`.
  static func fallbackToken(_ byte: UInt8) -> [UInt8] {
    let digits = String(byte, radix: 16, uppercase: true)
    return Array("<0x\(byte < 16 ? "0" : "")\(digits)>".utf8)
  }

  /// Whether the marker is a token and no token has anything else before a marker.
  ///
  /// Then no merge reaches across a position where a marker follows something else, and the text can
  /// be cut there without changing an id. It holds for Llama 2 and Mistral, and turns one word of
  /// a megabyte into words that repeat.
  private static func beginsWordsOnly(_ marker: [UInt8], _ vocabulary: Vocabulary) -> Bool {
    guard vocabulary.id(of: marker) != nil else { return false }
    for id in 0..<vocabulary.idEnd where vocabulary.contains(id) {
      let token = vocabulary.token(id)
      var isAfterOther = false
      var index = token.startIndex
      while index < token.endIndex {
        let isMarker = token[index] == marker[0] && token[index...].starts(with: marker)
        if isMarker && isAfterOther { return false }
        isAfterOther = !isMarker
        index += isMarker ? marker.count : 1
      }
    }
    return true
  }

  /// Appends the ids of one word.
  ///
  /// - Parameter text: Well-formed UTF-8.
  func encode(
    _ text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout MergeScratch,
    to output: inout [Int32]
  ) {
    if options.ignoresMerges, let id = wholeWord(text, word) {
      output.append(id)
      return
    }
    scratch.removeAll()
    appendSymbols(text, word, to: &scratch)
    scratch.merge(with: merges)
    output.append(contentsOf: scratch.ids)
  }

  /// Calls `body` with each id of one word and the bytes of the text that it stands for.
  ///
  /// - Parameters:
  ///   - text: Well-formed UTF-8.
  ///   - scratch: One that tracks extents.
  func forEachToken(
    of text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout MergeScratch,
    _ body: (_ id: Int32, _ range: Range<Int>) -> Void
  ) {
    if options.ignoresMerges, let id = wholeWord(text, word) { return body(id, word) }
    scratch.removeAll()
    appendSymbols(text, word, to: &scratch)
    scratch.merge(with: merges)
    for (id, extent) in zip(scratch.ids, scratch.extents) {
      // A file may merge symbols that are not in order (see `appendScalarSymbols`).
      body(id, Int(extent.start)..<Int(max(extent.start, extent.end)))
    }
  }

  private func appendSymbols(
    _ text: Span<UInt8>, _ word: Range<Int>, to scratch: inout MergeScratch
  ) {
    switch options.alphabet {
    case .bytes: appendByteSymbols(text, word, to: &scratch)
    case .scalars: appendScalarSymbols(text, word, to: &scratch)
    }
  }

  private func wholeWord(_ text: Span<UInt8>, _ word: Range<Int>) -> Int32? {
    if options.alphabet == .bytes {
      return vocabulary.id(of: ByteAlphabet.spelling(text, word))
    }
    let id = vocabulary.id(of: text, word)
    return id < 0 ? nil : id
  }

  private func appendByteSymbols(
    _ text: Span<UInt8>, _ word: Range<Int>, to scratch: inout MergeScratch
  ) {
    var unknown = PendingUnknown(options)
    for index in word {
      let id = byteIDs[Int(text[index])]
      if id >= 0 {
        unknown.flush(to: &scratch)
        scratch.append(id, index..<index + 1)
      } else {
        unknown.meet(index..<index + 1, &scratch)
      }
    }
    unknown.flush(to: &scratch)
  }

  private func appendScalarSymbols(
    _ text: Span<UInt8>, _ word: Range<Int>, to scratch: inout MergeScratch
  ) {
    var unknown = PendingUnknown(options)
    var index = word.lowerBound
    while index < word.upperBound {
      let (value, length) = scalar(in: text, at: index)
      let bytes = index..<index + length
      let id = value < 0x80 ? asciiIDs[value] : vocabulary.id(of: text, bytes)
      if id >= 0 {
        unknown.flush(to: &scratch)
        scratch.append(id, bytes)
      } else if options.fallsBackToBytes, hasFallback(text, bytes) {
        // The pending unknown is not flushed here: the package does not either.
        for index in bytes { scratch.append(byteIDs[Int(text[index])], index..<index + 1) }
      } else {
        unknown.meet(bytes, &scratch)
      }
      index += length
    }
    unknown.flush(to: &scratch)
  }

  private func hasFallback(_ text: Span<UInt8>, _ bytes: Range<Int>) -> Bool {
    for index in bytes where byteIDs[Int(text[index])] < 0 { return false }
    return true
  }
}

/// An unknown symbol that may still be fused with the next.
private struct PendingUnknown {
  private let id: Int32?
  private let isFused: Bool
  /// The bytes of the pending symbol, nil where none is pending.
  private var pending: Range<Int>?

  init(_ options: BytePairModel.Options) {
    id = options.unknownID
    isFused = options.fusesUnknown
  }

  mutating func meet(_ bytes: Range<Int>, _ scratch: inout MergeScratch) {
    if !isFused { flush(to: &scratch) }
    pending = (pending?.lowerBound ?? bytes.lowerBound)..<bytes.upperBound
  }

  mutating func flush(to scratch: inout MergeScratch) {
    if let pending, let id { scratch.append(id, pending) }
    pending = nil
  }
}

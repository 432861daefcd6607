// SPDX-License-Identifier: Apache-2.0

/// Byte-pair encoding: divides a word into symbols, then merges them by rank.
struct BytePairModel: Sendable {
  /// The initial symbols of a word.
  enum Alphabet: Sendable {
    /// Bytes, written as in `ByteAlphabet`.
    case bytes
    /// Unicode scalars; a scalar that is not in the vocabulary becomes byte tokens or the unknown
    /// token.
    case scalars
  }

  /// The options of a model.
  struct Options: Sendable {
    var alphabet = Alphabet.scalars
    /// Whether scalars that are not in the vocabulary become tokens `<0x00>` to `<0xFF>`.
    var fallsBackToBytes = false
    /// The id for symbols that are not in the vocabulary; if nil, such symbols are dropped.
    var unknownID: Int32?
    /// Whether consecutive unknown symbols become one.
    var fusesUnknown = false
    /// Whether a word that is itself a token is encoded as that token without merging.
    var ignoresMerges = false
  }

  let vocabulary: Vocabulary
  let merges: MergeTable
  let options: Options
  /// The id for each byte, its own or its fallback token; -1 for none.
  private let byteIDs: [Int32]
  /// The id of each ASCII scalar; -1 for none.
  private let asciiIDs: [Int32]
  /// Whether text may be split before each `wordMarker` that follows anything but a marker.
  let cutsAtMarkers: Bool

  /// SentencePiece's replacement for the space, U+2581, in UTF-8.
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

  /// The fallback token of a byte: `<0x0A>`.
  static func fallbackToken(_ byte: UInt8) -> [UInt8] {
    let digits = String(byte, radix: 16, uppercase: true)
    return Array("<0x\(byte < 16 ? "0" : "")\(digits)>".utf8)
  }

  /// Whether the marker is a token and no token contains a marker after anything but a marker.
  ///
  /// Then no merge spans a position where a marker follows another character, and the text can be
  /// split there without changing an id. This holds for Llama 2 and Mistral, and turns a single
  /// word of a megabyte into short words that repeat and can be cached.
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

  /// Calls `body` with each id of one word and the range of bytes that it represents.
  ///
  /// - Parameters:
  ///   - text: Well-formed UTF-8.
  ///   - scratch: Scratch memory that tracks extents.
  func forEachToken(
    of text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout MergeScratch,
    _ body: (_ id: Int32, _ range: Range<Int>) -> Void
  ) {
    if options.ignoresMerges, let id = wholeWord(text, word) { return body(id, word) }
    scratch.removeAll()
    appendSymbols(text, word, to: &scratch)
    scratch.merge(with: merges)
    for (id, extent) in zip(scratch.ids, scratch.extents) {
      // With byte fallback, symbols may be out of order (see `appendScalarSymbols`).
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
        // The pending unknown symbol is not flushed here, as in the `tokenizers` package.
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

/// An unknown symbol that may still be fused with the next one.
private struct PendingUnknown {
  private let id: Int32?
  private let isFused: Bool
  /// The byte range of the pending symbol; nil if there is none.
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

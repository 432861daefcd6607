// SPDX-License-Identifier: Apache-2.0

/// Text cut into pieces that lie end to end.
struct TextPieces {
  var bytes: [UInt8]
  /// Where each piece ends; no piece is empty.
  var ends: [Int]
  /// Whether the first piece is where the whole text begins, before any added token.
  let isStart: Bool

  /// One piece.
  init(_ bytes: [UInt8], isStart: Bool) {
    self.bytes = bytes
    self.isStart = isStart
    ends = bytes.isEmpty ? [] : [bytes.count]
  }

  /// Calls `body` with the range of each piece.
  func forEach(_ body: (Range<Int>) -> Void) {
    var start = 0
    for end in ends {
      body(start..<end)
      start = end
    }
  }
}

/// When a replacement for the space goes before a piece that lacks it.
enum PrependScheme: String, Sendable, CaseIterable {
  case always
  /// Only where the whole text begins.
  case first
  case never
}

/// One step that cuts text before the model sees it.
enum PreTokenizer: Sendable {
  /// Cuts into the words of a pattern.
  case split(WordPattern)
  /// Cuts digits from the rest; each alone, or runs of them.
  case digits(isIndividual: Bool)
  /// Replaces spaces, and cuts before each replacement where `isSplit`.
  case metaspace(replacement: [UInt8], scheme: PrependScheme, isSplit: Bool)
  /// GPT-2's: the model that follows sees bytes rather than scalars. Cuts where there is a pattern.
  case byteLevel(addsPrefixSpace: Bool, pattern: WordPattern?)

  /// What it is called in `tokenizer.json`, with what tells it from others of its kind.
  var name: String {
    switch self {
    case .split(let pattern): "Split(\(pattern))"
    case .digits: "Digits"
    case .metaspace(_, let scheme, _): "Metaspace(\(scheme))"
    case .byteLevel(_, let pattern): pattern == nil ? "ByteLevel" : "ByteLevel(gpt2)"
    }
  }

  func apply(to pieces: inout TextPieces) {
    switch self {
    case .split(let pattern): pieces.ends = Self.wordEnds(pieces, pattern)
    case .digits(let isIndividual): pieces.ends = Self.digitEnds(pieces, isIndividual)
    case .metaspace(let replacement, let scheme, let isSplit):
      Self.replaceSpaces(&pieces, replacement, scheme)
      if isSplit { pieces.ends = Self.markerEnds(pieces, replacement) }
    case .byteLevel(let addsPrefixSpace, let pattern):
      if addsPrefixSpace {
        Self.rewrite(&pieces) { text, range, _, result in
          if text[range.lowerBound] != 0x20 { result.append(0x20) }
          result.append(contentsOf: text[range])
        }
      }
      if let pattern { pieces.ends = Self.wordEnds(pieces, pattern) }
    }
  }

  private static func wordEnds(_ pieces: TextPieces, _ pattern: WordPattern) -> [Int] {
    var ends: [Int] = []
    ends.reserveCapacity(pieces.bytes.count / 4)
    let text = pieces.bytes.span
    pieces.forEach { range in
      pattern.forEachWordEnd(in: text, range) { ends.append($0) }
    }
    return ends
  }

  private static func digitEnds(_ pieces: TextPieces, _ isIndividual: Bool) -> [Int] {
    let flags = ScalarClasses.shared.flags
    let digit = ScalarClasses.number | ScalarClasses.furtherDigit
    var ends: [Int] = []
    let text = pieces.bytes.span
    pieces.forEach { range in
      var index = range.lowerBound
      var wasDigit = false
      while index < range.upperBound {
        let (value, length) = scalar(in: text, at: index)
        let isDigit = flags[value] & digit != 0
        if index > range.lowerBound, isDigit != wasDigit || (isDigit && isIndividual) {
          ends.append(index)
        }
        wasDigit = isDigit
        index += length
      }
      ends.append(range.upperBound)
    }
    return ends
  }

  private static func replaceSpaces(
    _ pieces: inout TextPieces, _ replacement: [UInt8], _ scheme: PrependScheme
  ) {
    let isStart = pieces.isStart
    rewrite(&pieces) { text, range, isFirst, result in
      let begins = text[range.lowerBound] == 0x20 || text[range].starts(with: replacement)
      if !begins, scheme == .always || (scheme == .first && isFirst && isStart) {
        result.append(contentsOf: replacement)
      }
      for byte in text[range] {
        if byte == 0x20 {
          result.append(contentsOf: replacement)
        } else {
          result.append(byte)
        }
      }
    }
  }

  private static func rewrite(
    _ pieces: inout TextPieces,
    _ body: (_ text: [UInt8], _ range: Range<Int>, _ isFirst: Bool, _ result: inout [UInt8]) -> Void
  ) {
    var result: [UInt8] = []
    result.reserveCapacity(pieces.bytes.count + pieces.bytes.count / 2)
    var ends: [Int] = []
    ends.reserveCapacity(pieces.ends.count)
    pieces.forEach { range in
      body(pieces.bytes, range, range.lowerBound == 0, &result)
      ends.append(result.count)
    }
    pieces.bytes = result
    pieces.ends = ends
  }

  private static func markerEnds(_ pieces: TextPieces, _ marker: [UInt8]) -> [Int] {
    var ends: [Int] = []
    let text = pieces.bytes
    pieces.forEach { range in
      var index = range.lowerBound + 1
      while index < range.upperBound {
        if text[index] == marker[0], text[index..<range.upperBound].starts(with: marker) {
          ends.append(index)
        }
        index += 1
      }
      ends.append(range.upperBound)
    }
    return ends
  }
}

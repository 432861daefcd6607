// SPDX-License-Identifier: Apache-2.0

/// When to insert the replacement for the space before a piece that does not begin with one.
enum PrependScheme: String, Sendable, CaseIterable {
  case always
  /// Only at the beginning of the whole text.
  case first
  case never
}

/// A step that splits text before it is passed to the model.
enum PreTokenizer: Sendable {
  /// Splits text into the words of a known pattern, which is implemented by hand.
  case words(WordPattern)
  /// Splits text at the matches of a delimiter.
  case split(SplitRule, name: String)
  /// Separates digits from other text, individually or as runs.
  case digits(isIndividual: Bool)
  /// Replaces spaces and, if `isSplit`, splits before each replacement.
  case metaspace(replacement: [UInt8], scheme: PrependScheme, isSplit: Bool)
  /// GPT-2's step: makes the model work on bytes instead of scalars, and splits text if there is a
  /// pattern.
  case byteLevel(addsPrefixSpace: Bool, pattern: WordPattern?)
  /// Replaces each byte by its character of `ByteAlphabet`, for steps after ByteLevel.
  case spellBytes
  /// Converts the characters of `ByteAlphabet` back to bytes.
  case unspellBytes

  /// The name of the step in `tokenizer.json`, with distinguishing parameters; nil for steps that
  /// do not exist there.
  var name: String? {
    switch self {
    case .words(let pattern): "Split(\(pattern))"
    case .split(_, let name): name
    case .digits: "Digits"
    case .metaspace(_, let scheme, _): "Metaspace(\(scheme))"
    case .byteLevel(_, let pattern): pattern == nil ? "ByteLevel" : "ByteLevel(gpt2)"
    case .spellBytes, .unspellBytes: nil
    }
  }

  func apply(to pieces: inout TextPieces) {
    switch self {
    case .words(let pattern): pieces.ends = Self.wordEnds(pieces, pattern)
    case .split(let rule, _): pieces.cut { rule.cut($0, $1, into: &$2) }
    case .digits(let isIndividual): pieces.ends = Self.digitEnds(pieces, isIndividual)
    case .metaspace(let replacement, let scheme, let isSplit):
      Self.replaceSpaces(&pieces, replacement, scheme)
      if isSplit { pieces.ends = Self.markerEnds(pieces, replacement) }
    case .byteLevel(let addsPrefixSpace, let pattern):
      if addsPrefixSpace {
        pieces.rewrite { range, writer in
          if writer.text[range.lowerBound] != 0x20 { writer.write([0x20], from: range.lowerBound) }
          writer.copy(range)
        }
      }
      if let pattern { pieces.ends = Self.wordEnds(pieces, pattern) }
    case .spellBytes:
      pieces.rewrite { range, writer in
        for index in range {
          writer.write(ByteAlphabet.spelling(writer.text.span, index..<index + 1), from: index)
        }
      }
    case .unspellBytes: Self.unspell(&pieces)
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
    pieces.rewrite { range, writer in
      let text = writer.text
      let begins = text[range.lowerBound] == 0x20 || text[range].starts(with: replacement)
      if !begins, scheme == .always || (scheme == .first && range.lowerBound == 0 && isStart) {
        writer.write(replacement, from: range.lowerBound)
      }
      var copied = range.lowerBound
      for index in range where text[index] == 0x20 {
        if copied < index { writer.copy(copied..<index) }
        writer.write(replacement, from: index)
        copied = index + 1
      }
      if copied < range.upperBound { writer.copy(copied..<range.upperBound) }
    }
  }

  private static func unspell(_ pieces: inout TextPieces) {
    pieces.rewrite { range, writer in
      var index = range.lowerBound
      while index < range.upperBound {
        // Every character of the alphabet is below U+0800 and takes one byte or two.
        let length = writer.text[index] < 0x80 ? 1 : 2
        var byte: [UInt8] = []
        ByteAlphabet.appendBytes(spelledBy: writer.text[index..<index + length], to: &byte)
        writer.write(byte, from: index)
        index += length
      }
    }
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

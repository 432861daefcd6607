// SPDX-License-Identifier: Apache-2.0

/// A regular expression that splits text into words, implemented as a scanner over Unicode scalars.
///
/// Tokenizer files give patterns as text. The known ones are recognized by their exact text and
/// implemented by hand, which is far faster than a general regular expression matcher.
package enum WordPattern: Sendable, CaseIterable {
  /// GPT-2's pattern, which the pre-tokenizer ByteLevel uses by default.
  case gpt2
  /// Llama 3's pattern, with numbers of at most three digits.
  case llama3
  /// The pattern of Qwen2, Qwen2.5 and Qwen3, with single digits.
  case qwen2

  /// The regular expression.
  package var text: String {
    switch self {
    case .gpt2:
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .llama3: Self.cl100k(numbers: #"\p{N}{1,3}"#)
    case .qwen2: Self.cl100k(numbers: #"\p{N}"#)
    }
  }

  private static func cl100k(numbers: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// The pattern with the given text; nil if it is not one of the known patterns.
  package init?(text: String) {
    guard let pattern = Self.allCases.first(where: { $0.text == text }) else { return nil }
    self = pattern
  }

  /// Splits text into words; every byte belongs to one word.
  ///
  /// - Parameter text: Well-formed UTF-8.
  /// - Returns: The end offset of each word.
  package func wordEnds(in text: [UInt8]) -> [Int] {
    var ends: [Int] = []
    forEachWordEnd(in: text.span, 0..<text.count) { ends.append($0) }
    return ends
  }

  /// Calls `body` with the end of each word of `range`.
  @inline(__always)
  func forEachWordEnd(in text: Span<UInt8>, _ range: Range<Int>, _ body: (Int) -> Void) {
    let scanner = WordScanner(end: range.upperBound, flags: ScalarClasses.shared.flags)
    var position = range.lowerBound
    switch self {
    case .gpt2:
      while position < range.upperBound {
        position = scanner.gpt2WordEnd(text, position)
        body(position)
      }
    case .llama3, .qwen2:
      let digits = self == .llama3 ? 3 : 1
      while position < range.upperBound {
        position = scanner.cl100kWordEnd(text, position, maximumDigits: digits)
        body(position)
      }
    }
  }
}

/// Tries the alternatives of a pattern, in order, at one position of the text.
private struct WordScanner {
  let end: Int
  let flags: [UInt8]

  private static let letter = ScalarClasses.letter
  private static let number = ScalarClasses.number
  private static let space = ScalarClasses.space
  private static let any = letter | number | space

  /// The class of the scalar at `index`, and the offset of the next scalar.
  @inline(__always)
  private func look(_ text: Span<UInt8>, _ index: Int) -> (kind: UInt8, next: Int) {
    let (value, length) = scalar(in: text, at: index)
    return (flags[value] & Self.any, index + length)
  }

  /// The end of the run of scalars of class `kind` from `start`; 0 stands for none of the three
  /// classes.
  @inline(__always)
  private func run(_ text: Span<UInt8>, _ start: Int, of kind: UInt8) -> Int {
    var index = start
    while index < end {
      let (found, next) = look(text, index)
      guard found == kind else { break }
      index = next
    }
    return index
  }

  @inline(__always)
  private func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  /// The end of a word of GPT-2's pattern, `'s|'t|'re|'ve|'m|'ll|'d|...`.
  func gpt2WordEnd(_ text: Span<UInt8>, _ start: Int) -> Int {
    if let end = contractionEnd(text, start, ignoringCase: false) { return end }
    let (kind, next) = look(text, start)
    if kind == Self.space {
      // ` ?` matches one space before a run of any of the three other kinds.
      if text[start] == 0x20, next < end {
        let following = look(text, next).kind
        if following != Self.space { return run(text, next, of: following) }
      }
      return spaceEnd(text, start)
    }
    return run(text, next, of: kind)
  }

  /// The end of a word of the other patterns,
  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|...`.
  func cl100kWordEnd(_ text: Span<UInt8>, _ start: Int, maximumDigits: Int) -> Int {
    if let end = contractionEnd(text, start, ignoringCase: true) { return end }
    let (kind, next) = look(text, start)
    if kind == Self.letter { return run(text, next, of: Self.letter) }
    if kind == Self.number {
      var index = next
      for _ in 1..<maximumDigits where index < end {
        let (kind, next) = look(text, index)
        if kind != Self.number { break }
        index = next
      }
      return index
    }
    let following = next < end ? look(text, next).kind : Self.number
    if following == Self.letter, !isLineBreak(text[start]) {
      return run(text, next, of: Self.letter)
    }
    // ` ?[^\s\p{L}\p{N}]+[\r\n]*`
    if kind == 0 || (text[start] == 0x20 && following == 0 && next < end) {
      var index = run(text, next, of: 0)
      while index < end, isLineBreak(text[index]) { index += 1 }
      return index
    }
    if let end = lineBreakEnd(text, start) { return end }
    return spaceEnd(text, start)
  }

  /// `\s*[\r\n]+`: the end of white space up to and including its last line break; nil if it has
  /// none.
  private func lineBreakEnd(_ text: Span<UInt8>, _ start: Int) -> Int? {
    var found: Int?
    var index = start
    while index < end {
      let (kind, next) = look(text, index)
      guard kind == Self.space else { break }
      if isLineBreak(text[index]) { found = next }
      index = next
    }
    return found
  }

  /// `\s+(?!\S)|\s+`: the end of white space, without its last scalar if a word follows.
  private func spaceEnd(_ text: Span<UInt8>, _ start: Int) -> Int {
    var last = start
    var index = start
    while index < end {
      let (kind, next) = look(text, index)
      guard kind == Self.space else { break }
      last = index
      index = next
    }
    return index == end || last == start ? index : last
  }

  /// The end of a contraction such as `'s`; nil if there is none.
  @inline(__always)
  private func contractionEnd(
    _ text: Span<UInt8>, _ start: Int, ignoringCase: Bool
  ) -> Int? {
    guard text[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
    let fold: UInt8 = ignoringCase ? 0x20 : 0
    let second = start + 2 < end ? text[start + 2] | fold : 0
    switch text[start + 1] | fold {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return second == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"):
      return second == UInt8(ascii: "l") ? start + 3 : nil
    case 0xC5 | fold:
      // U+017F, the long s, equals s if case is ignored.
      let isLongS =
        ignoringCase && text[start + 1] == 0xC5 && start + 2 < end && text[start + 2] == 0xBF
      return isLongS ? start + 3 : nil
    default: return nil
    }
  }
}

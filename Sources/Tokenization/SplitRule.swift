// SPDX-License-Identifier: Apache-2.0

/// Splits text at the matches of a delimiter, as the pre-tokenizers Split, Punctuation and
/// Whitespace do.
struct SplitRule: Sendable {
  /// The kind of delimiter.
  enum Delimiter: Sendable {
    /// Matches of a regular expression.
    case pattern(PatternProgram)
    /// Occurrences of a text.
    case literal([UInt8])
    /// Each scalar of a class.
    case scalars(ScalarClass)
    /// Runs of word characters, and runs of characters that are neither word characters nor white
    /// space: `\w+|[^\w\s]+`.
    case words
  }

  /// How matches become pieces.
  enum Behavior: String, Sendable, CaseIterable {
    /// Matches are removed.
    case removed = "Removed"
    /// Each match is a piece.
    case isolated = "Isolated"
    /// A match is joined to the piece before it; of several adjacent ones, only the first.
    case mergedWithPrevious = "MergedWithPrevious"
    /// A match is joined to the piece after it; of several adjacent ones, only the last.
    case mergedWithNext = "MergedWithNext"
    /// Adjacent matches are one piece.
    case contiguous = "Contiguous"
  }

  let delimiter: Delimiter
  let behavior: Behavior
  /// Whether the text between matches counts as matched, and the matches do not.
  let isInverted: Bool

  /// Splits the piece in `range` and appends the resulting pieces to `kept`.
  func cut(_ text: Span<UInt8>, _ range: Range<Int>, into kept: inout [Range<Int>]) {
    let segments = segments(text, range)
    switch behavior {
    case .removed: for segment in segments where !segment.isMatch { kept.append(segment.range) }
    case .isolated: for segment in segments { kept.append(segment.range) }
    case .mergedWithPrevious: Self.merge(segments, into: &kept) { $0 && !$1 }
    case .contiguous: Self.merge(segments, into: &kept) { $0 == $1 }
    case .mergedWithNext:
      var merged: [Range<Int>] = []
      var wasMatch = false
      for (range, isMatch) in segments.reversed() {
        if isMatch, !wasMatch, let last = merged.last {
          merged[merged.count - 1] = range.lowerBound..<last.upperBound
        } else {
          merged.append(range)
        }
        wasMatch = isMatch
      }
      kept.append(contentsOf: merged.reversed())
    }
  }

  /// Appends segments as pieces, joining a segment to the piece before it if `joins(isMatch,
  /// wasMatch)`.
  private static func merge(
    _ segments: [(range: Range<Int>, isMatch: Bool)], into kept: inout [Range<Int>],
    _ joins: (_ isMatch: Bool, _ wasMatch: Bool) -> Bool
  ) {
    let first = kept.count
    var wasMatch = false
    for (range, isMatch) in segments {
      if joins(isMatch, wasMatch), kept.count > first {
        kept[kept.count - 1] = kept[kept.count - 1].lowerBound..<range.upperBound
      } else {
        kept.append(range)
      }
      wasMatch = isMatch
    }
  }

  /// The matches and the text between them, in order.
  private func segments(
    _ text: Span<UInt8>, _ range: Range<Int>
  ) -> [(range: Range<Int>, isMatch: Bool)] {
    var segments: [(range: Range<Int>, isMatch: Bool)] = []
    var position = range.lowerBound
    forEachMatch(text, range) { match in
      if position < match.lowerBound { segments.append((position..<match.lowerBound, isInverted)) }
      segments.append((match, !isInverted))
      position = match.upperBound
    }
    if position < range.upperBound { segments.append((position..<range.upperBound, isInverted)) }
    return segments
  }

  private func forEachMatch(
    _ text: Span<UInt8>, _ range: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    switch delimiter {
    case .pattern(let program):
      var matcher = PatternMatcher(program, in: range)
      matcher.forEachMatch(in: text, body)
    case .literal(let literal):
      var index = range.lowerBound
      while index + literal.count <= range.upperBound {
        if literal.indices.allSatisfy({ text[index + $0] == literal[$0] }) {
          body(index..<index + literal.count)
          index += literal.count
        } else {
          index += 1
        }
      }
    case .scalars(let scalars):
      var index = range.lowerBound
      while index < range.upperBound {
        let (value, length) = scalar(in: text, at: index)
        if scalars.contains(value) { body(index..<index + length) }
        index += length
      }
    case .words: Self.forEachWord(text, range, body)
    }
  }

  private static func forEachWord(
    _ text: Span<UInt8>, _ range: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    let flags = ScalarClasses.shared.flags
    let kinds = ScalarClasses.word | ScalarClasses.space
    var start = range.lowerBound
    var startKind: UInt8 = ScalarClasses.space
    var index = start
    while index < range.upperBound {
      let (value, length) = scalar(in: text, at: index)
      let kind = flags[value] & kinds
      if kind != startKind {
        if startKind & ScalarClasses.space == 0 { body(start..<index) }
        start = index
        startKind = kind
      }
      index += length
    }
    if startKind & ScalarClasses.space == 0, start < index { body(start..<index) }
  }
}

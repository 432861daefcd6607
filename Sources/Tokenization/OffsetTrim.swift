// SPDX-License-Identifier: Apache-2.0

/// The post-processor ByteLevel, which excludes white space at the ends of a token from its
/// offsets.
struct OffsetTrim: Sendable, Equatable {
  /// Whether the pre-tokenizer inserted a space before the text, which offsets do not count.
  let addsPrefixSpace: Bool

  /// The offsets, in scalars, of a token without white space at its ends.
  ///
  /// - Parameters:
  ///   - offsets: The offsets, in scalars, of the whole token.
  ///   - token: The token as written in the vocabulary.
  ///   - isFirst: Whether the token is the first of the text.
  func trimmed(_ offsets: Range<Int>, of token: String, isFirst: Bool) -> Range<Int> {
    let scalars = Array(token.unicodeScalars)
    var leading = scalars.prefix(while: Self.isSpace).count
    let trailing = scalars.reversed().prefix(while: Self.isSpace).count
    var (start, end) = (offsets.lowerBound, offsets.upperBound)
    if leading > 0 {
      if isFirst || start == 0, addsPrefixSpace, leading == 1 { leading = 0 }
      start = min(start + leading, end)
    }
    if trailing > 0, end >= trailing { end = max(end - trailing, start) }
    return start..<end
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    // U+0120 stands for the space in `ByteAlphabet`.
    scalar == "\u{120}" || ScalarClasses.shared.flags[Int(scalar.value)] & ScalarClasses.space != 0
  }
}

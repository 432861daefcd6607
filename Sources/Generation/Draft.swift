// SPDX-License-Identifier: Apache-2.0

/// What a text probably continues with: the tokens of another text that is probably much like it.
///
/// An edited model mostly says what the unedited one says. Several tokens of a draft are computed in one pass, and those
/// that the model would have chosen are kept, so that a draft decides how long a text takes, and nothing else.
///
/// - Source: Leviathan et al. 2023, arXiv:2211.17192, with texts in place of a draft model; n-grams are found as in
///   transformers' prompt lookup decoding.
struct Draft {
  private let tokens: [Int32]
  /// The index of the token that probably comes next; nil while the text is another one.
  private var next: Int?
  /// How many tokens of the text in a row are the draft's.
  private(set) var agreement = 0

  /// A draft of a text that has no token yet.
  init(_ tokens: [Int32]) {
    self.tokens = tokens
    next = 0
  }

  /// The tokens that probably come next, at most `count`.
  func continuation(_ count: Int) -> ArraySlice<Int32> {
    next.map { tokens[$0...].prefix(max(0, count)) } ?? []
  }

  /// Follows a text by its newest token.
  ///
  /// - Returns: Whether the draft foretold it; nil if it foretold nothing.
  @discardableResult
  mutating func follow(_ text: [Int32]) -> Bool? {
    guard let newest = text.last, !tokens.isEmpty else { return nil }
    let foretold = next.flatMap { $0 < tokens.count ? tokens[$0] == newest : nil }
    if foretold == true, let next {
      self.next = next + 1
      agreement += 1
    } else {
      next = place(after: text)
      agreement = next == nil ? 0 : min(2, text.count)
    }
    return foretold
  }

  /// Where the draft goes on after the text's last two tokens; after its only one, where that is near the beginning.
  private func place(after text: [Int32]) -> Int? {
    guard text.count > 1 else {
      return tokens.prefix(4).firstIndex(of: text[0]).map { $0 + 1 }
    }
    let (first, second) = (text[text.count - 2], text[text.count - 1])
    let places = tokens.indices.dropFirst(2).filter {
      tokens[$0 - 2] == first && tokens[$0 - 1] == second
    }
    return places.min { abs($0 - text.count) < abs($1 - text.count) }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// A token that is matched in the text itself; only the text between added tokens is passed to the
/// model.
struct AddedToken: Sendable, Equatable {
  var id: Int32
  var content: [UInt8]
  /// Whether it matches only where no word character is adjacent.
  var isSingleWord = false
  /// Whether a match includes the white space before it.
  var stripsLeft = false
  /// Whether a match includes the white space after it.
  var stripsRight = false
  /// Whether it is matched in the normalized text instead of the original text.
  var isNormalized = false
  /// Whether decoding may skip it.
  var isSpecial = false
}

/// Finds added tokens: the leftmost first, and of several at one position the longest.
struct AddedTokenMatcher: Sendable {
  /// The maximum number of added tokens in a file.
  static let maximumCount = 1 << 16

  private let tokens: [AddedToken]
  /// A trie over bytes with root 0: the key of the child of node n for byte b is n << 8 | b.
  private var children: [UInt64: UInt32] = [:]
  /// The children of the root by byte, 0 for none, so that most bytes of a text need no dictionary
  /// lookup.
  private var roots = [UInt32](repeating: 0, count: 256)
  /// The index in `tokens` of the token that ends at each node; -1 for none.
  private var tokenAtNode: [Int32] = [-1]

  /// A matcher for tokens; `spellings` has the text to match for each of them.
  init(_ tokens: [AddedToken], spellings: [[UInt8]]) {
    self.tokens = tokens
    for (index, spelling) in spellings.enumerated() where !spelling.isEmpty {
      var node: UInt32 = 0
      for byte in spelling {
        let key = UInt64(node) << 8 | UInt64(byte)
        if let child = children[key] {
          node = child
        } else {
          let child = UInt32(tokenAtNode.count)
          tokenAtNode.append(-1)
          children[key] = child
          if node == 0 { roots[Int(byte)] = child }
          node = child
        }
      }
      tokenAtNode[Int(node)] = Int32(index)
    }
  }

  /// Whether there are no tokens.
  var isEmpty: Bool { tokens.isEmpty }

  /// Calls `body` with each added token and with each range between added tokens, in order.
  ///
  /// - Parameter text: Well-formed UTF-8.
  func forEachSection(
    of text: [UInt8], _ body: (_ token: AddedToken?, _ range: Range<Int>) -> Void
  ) {
    let span = text.span
    var position = 0
    var sectionStart = 0
    while !tokens.isEmpty, let (token, found) = nextMatch(in: span, from: position) {
      position = found.upperBound
      if token.isSingleWord, touchesWord(span, found) { continue }
      var start = found.lowerBound
      var end = found.upperBound
      if token.stripsLeft { start = max(spacesStart(span, before: start), sectionStart) }
      if token.stripsRight { end = spacesEnd(span, after: end) }
      if sectionStart < start { body(nil, sectionStart..<start) }
      body(token, start..<end)
      sectionStart = end
    }
    if sectionStart < text.count { body(nil, sectionStart..<text.count) }
  }

  private func nextMatch(
    in text: Span<UInt8>, from start: Int
  ) -> (AddedToken, Range<Int>)? {
    var position = start
    while position < text.count {
      var node = roots[Int(text[position])]
      guard node != 0 else {
        position += 1
        continue
      }
      var longest: (token: Int, end: Int)?
      var end = position + 1
      while true {
        if tokenAtNode[Int(node)] >= 0 { longest = (Int(tokenAtNode[Int(node)]), end) }
        guard end < text.count, let child = children[UInt64(node) << 8 | UInt64(text[end])]
        else { break }
        node = child
        end += 1
      }
      if let longest { return (tokens[longest.token], position..<longest.end) }
      position += 1
    }
    return nil
  }

  private func touchesWord(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let flags = ScalarClasses.shared.flags
    if range.lowerBound > 0 {
      let before = scalarStart(in: text, before: range.lowerBound)
      if flags[scalar(in: text, at: before).value] & ScalarClasses.word != 0 { return true }
    }
    return range.upperBound < text.count
      && flags[scalar(in: text, at: range.upperBound).value] & ScalarClasses.word != 0
  }

  private func spacesStart(_ text: Span<UInt8>, before end: Int) -> Int {
    let flags = ScalarClasses.shared.flags
    var index = end
    while index > 0 {
      let last = scalarStart(in: text, before: index)
      guard flags[scalar(in: text, at: last).value] & ScalarClasses.space != 0 else { break }
      index = last
    }
    return index
  }

  private func spacesEnd(_ text: Span<UInt8>, after start: Int) -> Int {
    let flags = ScalarClasses.shared.flags
    var index = start
    while index < text.count {
      let (value, length) = scalar(in: text, at: index)
      guard flags[value] & ScalarClasses.space != 0 else { break }
      index += length
    }
    return index
  }
}

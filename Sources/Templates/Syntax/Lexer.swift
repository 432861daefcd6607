// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Splits a template into tokens, as Jinja 3.1 does with `trim_blocks` and `lstrip_blocks`.
///
/// - Whitespace between the beginning of a line and `{%` or `{#` is dropped, and so is the line
///   break after `%}` and `#}`.
/// - A minus in a delimiter drops all whitespace on its side; a plus retains it.
/// - Line breaks become LF, and one at the end of the source is dropped.
struct Lexer {
  let name: String
  let source: [Unicode.Scalar]
  var position = 0
  private var line = 1
  private var tokens: [Token] = []
  /// Whether the next text begins a line: the last delimiter ended with a line break, or there was
  /// none.
  private var lineIsStarting = true

  private init(_ text: String, name: String) {
    self.name = name
    var source: [Unicode.Scalar] = []
    source.reserveCapacity(text.utf8.count)
    var previous: Unicode.Scalar = "\0"
    for scalar in text.unicodeScalars {
      if scalar == "\r" {
        source.append("\n")
      } else if scalar != "\n" || previous != "\r" {
        source.append(scalar)
      }
      previous = scalar
    }
    if source.last == "\n" { source.removeLast() }
    self.source = source
  }

  /// The tokens of the whole source, the last of which is `end`.
  ///
  /// - Throws: `SPINError` with the line if a tag is not closed or contains something that is no
  ///   token.
  static func tokens(of text: String, name: String) throws -> [Token] {
    var lexer = Lexer(text, name: name)
    while lexer.position < lexer.source.count { try lexer.lexSection() }
    lexer.append(.end)
    return lexer.tokens
  }

  /// Appends the text up to the next delimiter, and the tag, comment or raw block there.
  private mutating func lexSection() throws {
    guard let opening = nextOpening() else {
      appendText(source[position...])
      return advance(to: source.count)
    }
    appendText(
      stripped(
        source[position..<opening.start], opening.sign, isVariable: opening.kind == .variable))
    leave(at: opening.end)
    switch opening.kind {
    case .variable:
      append(.variableBegin)
      try lexTag(isVariable: true, line)
    case .block:
      append(.blockBegin)
      try lexTag(isVariable: false, line)
    case .comment: try skipComment()
    case .raw: try lexRaw()
    }
  }

  // MARK: - Delimiters

  private struct Opening {
    enum Kind { case variable, block, comment, raw }
    let kind: Kind
    let start: Int
    let end: Int
    let sign: Unicode.Scalar?
  }

  private func nextOpening() -> Opening? {
    var index = position
    while index + 1 < source.count {
      if source[index] == "{" {
        let kind: Opening.Kind? =
          switch source[index + 1] {
          case "{": .variable
          case "%": .block
          case "#": .comment
          default: nil
          }
        if let kind { return opening(kind, at: index) }
      }
      index += 1
    }
    return nil
  }

  private func opening(_ kind: Opening.Kind, at start: Int) -> Opening {
    let sign = sign(at: start + 2)
    let end = start + (sign == nil ? 2 : 3)
    if kind == .block, let wordEnd = endOfWord("raw", from: end) {
      // Jinja's pattern for `raw` allows no plus at the end and drops no line break.
      if matches("-%}", at: wordEnd) {
        let close = skippingSpace(from: wordEnd + 3)
        return Opening(kind: .raw, start: start, end: close, sign: sign)
      }
      if matches("%}", at: wordEnd) {
        return Opening(kind: .raw, start: start, end: wordEnd + 2, sign: sign)
      }
    }
    return Opening(kind: kind, start: start, end: end, sign: sign)
  }

  /// The index after a word and the whitespace around it; nil if another word is there.
  private func endOfWord(_ word: String, from start: Int) -> Int? {
    let wordStart = skippingSpace(from: start)
    guard matches(word, at: wordStart) else { return nil }
    return skippingSpace(from: wordStart + word.unicodeScalars.count)
  }

  /// The index after the end of the tag and the whitespace that it drops; nil if no tag ends here.
  func tagEnd(at index: Int, isVariable: Bool) -> Int? {
    guard isVariable else { return blockEnd("%}", at: index) }
    if matches("-}}", at: index) { return skippingSpace(from: index + 3) }
    return matches("}}", at: index) ? index + 2 : nil
  }

  private func blockEnd(_ delimiter: String, at index: Int) -> Int? {
    if matches(delimiter, at: index) {
      let end = index + 2
      return end < source.count && source[end] == "\n" ? end + 1 : end
    }
    guard let sign = sign(at: index), matches(delimiter, at: index + 1) else { return nil }
    return sign == "-" ? skippingSpace(from: index + 3) : index + 3
  }

  private func sign(at index: Int) -> Unicode.Scalar? {
    guard index < source.count, source[index] == "-" || source[index] == "+" else { return nil }
    return source[index]
  }

  func matches(_ text: String, at start: Int) -> Bool {
    var index = start
    for scalar in text.unicodeScalars {
      guard index < source.count, source[index] == scalar else { return false }
      index += 1
    }
    return true
  }

  func skippingSpace(from start: Int) -> Int {
    var index = start
    while index < source.count, PythonText.isSpace(source[index]) { index += 1 }
    return index
  }

  // MARK: - Comments and raw blocks

  private mutating func skipComment() throws {
    for index in position..<max(position, source.count) {
      if let end = blockEnd("#}", at: index) { return leave(at: end) }
    }
    throw failure("a comment is opened here and never closed with #}")
  }

  private mutating func lexRaw() throws {
    for index in position..<max(position, source.count) where matches("{%", at: index) {
      let sign = sign(at: index + 2)
      let wordStart = index + (sign == nil ? 2 : 3)
      if let wordEnd = endOfWord("endraw", from: wordStart),
        let end = blockEnd("%}", at: wordEnd)
      {
        appendText(stripped(source[position..<index], sign, isVariable: false))
        return leave(at: end)
      }
    }
    throw failure("a raw block is opened here and never closed with {% endraw %}")
  }

  /// The text without the whitespace that the tag after it drops.
  private func stripped(
    _ text: ArraySlice<Unicode.Scalar>, _ sign: Unicode.Scalar?, isVariable: Bool
  ) -> ArraySlice<Unicode.Scalar> {
    if sign == "-" {
      let last = text.lastIndex { !PythonText.isSpace($0) }
      return text[text.startIndex..<(last.map { $0 + 1 } ?? text.startIndex)]
    }
    guard sign != "+", !isVariable else { return text }
    let lineBreak = text.lastIndex(of: "\n")
    guard lineBreak != nil || lineIsStarting else { return text }
    let lineStart = lineBreak.map { $0 + 1 } ?? text.startIndex
    return text[lineStart...].allSatisfy(PythonText.isSpace) ? text[..<lineStart] : text
  }

  // MARK: - Advancing

  private mutating func appendText(_ text: ArraySlice<Unicode.Scalar>) {
    if !text.isEmpty { append(.text(String(text))) }
  }

  mutating func append(_ kind: Token.Kind) { tokens.append(Token(kind: kind, line: line)) }

  mutating func advance(to end: Int) {
    while position < end {
      if source[position] == "\n" { line += 1 }
      position += 1
    }
  }

  /// Moves past a delimiter, noting whether it ended with a line break.
  mutating func leave(at end: Int) {
    lineIsStarting = source[end - 1] == "\n"
    advance(to: end)
  }

  func failure(_ message: String) -> SPINError {
    TemplatePlace(name: name, line: line).failure(message)
  }
}

extension String {
  /// The string of these scalars.
  init(_ scalars: some Sequence<Unicode.Scalar>) {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    self.init(view)
  }
}

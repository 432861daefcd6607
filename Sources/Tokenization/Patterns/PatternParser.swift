// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Parses a regular expression in the syntax of Oniguruma, which the `tokenizers` package uses.
///
/// It supports groups, alternation, repetition, classes, properties, anchors, look-around, atomic
/// groups and the options `i`, `m` and `x`. Constructs that depend on more than a position of the
/// text (backreferences, subexpression calls, conditions, `\G`, `\K`) or that do not occur in
/// pre-tokenizers are errors that give the construct and its offset.
struct PatternParser {
  /// The maximum length of a pattern in scalars.
  static let maximumLength = 1 << 14
  /// The maximum nesting depth of groups and classes.
  static let maximumDepth = 64
  /// The largest count in `{n,m}`.
  static let maximumCount = 1000

  /// The options that a group can set.
  struct Options: Equatable {
    var ignoresCase = false
    /// `(?m)`: the dot also matches a newline.
    var dotMatchesNewline = false
    var isExtended = false
  }

  let text: [UInt32]
  var position = 0
  var options = Options()
  var depth = 0

  /// Parses a pattern as a syntax tree.
  ///
  /// - Throws: `SPINError` whose message gives the offset in the pattern, in scalars.
  static func parse(_ pattern: String) throws -> PatternNode {
    var parser = PatternParser(text: pattern.unicodeScalars.map(\.value))
    guard parser.text.count <= maximumLength else {
      throw SPINError(
        .malformedInput,
        "has \(parser.text.count) characters, a pattern of at most \(maximumLength) is expected")
    }
    let node = try parser.alternatives()
    if parser.position < parser.text.count { throw parser.failure("\")\" closes no group") }
    return node
  }

  private init(text: [UInt32]) { self.text = text }

  func failure(_ message: String, at offset: Int? = nil) -> SPINError {
    SPINError(.malformedInput, "\(message) (at offset \(offset ?? position) of the pattern)")
  }

  /// An error for an unsupported construct from `start` to the present position.
  func unsupported(from start: Int, _ what: String) -> SPINError {
    let construct = String(
      String.UnicodeScalarView(
        text[start..<min(position, text.count)].compactMap(Unicode.Scalar.init)))
    return failure("\(what), \"\(construct)\", is not supported", at: start)
  }

  func peek(_ ahead: Int = 0) -> UInt32? {
    position + ahead < text.count ? text[position + ahead] : nil
  }

  mutating func take(_ literal: StaticString) -> Bool {
    let scalars = literal.description.unicodeScalars.map(\.value)
    guard text[position...].starts(with: scalars) else { return false }
    position += scalars.count
    return true
  }

  /// Calls `body` at the next nesting level; throws beyond `maximumDepth`.
  mutating func nested<Result>(
    _ body: (inout PatternParser) throws -> Result
  ) throws -> Result {
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw failure("is nested deeper than \(Self.maximumDepth) levels")
    }
    let result = try body(&self)
    depth -= 1
    return result
  }

  // MARK: - Structure

  /// Parses alternatives up to the end of the group or pattern; options that they set end with
  /// them.
  mutating func alternatives() throws -> PatternNode {
    let outer = options
    defer { options = outer }
    var parts = [try sequence()]
    while take("|") { parts.append(try sequence()) }
    return parts.count == 1 ? parts[0] : .alternatives(parts)
  }

  private mutating func sequence() throws -> PatternNode {
    var parts: [PatternNode] = []
    /// The run of literal scalars just read with the option `i`.
    var literals: [UInt32] = []
    while let next = peek(), next != "|", next != ")" {
      if options.isExtended, skipsExtended() { continue }
      let start = position
      guard var part = try element() else { continue }
      if options.ignoresCase, case .scalar = part, let literal = literal(from: start) {
        literals.append(literal)
        if CaseFolding.hasSequences(in: literals) {
          throw unsupported(
            from: start, "a letter that is equal to a part of one letter where case is ignored")
        }
      } else {
        literals = []
      }
      let unrepeated = part
      while let repeated = try repetition(of: part) { part = repeated }
      if part != unrepeated { literals = [] }
      try checkSequenceFolds(unrepeated, repeatedAs: part, from: start)
      parts.append(part)
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  /// The scalar of an element that is a single literal; nil for other elements.
  private func literal(from start: Int) -> UInt32? {
    position == start + 1 && text[start] != "." ? text[start] : nil
  }

  /// Skips white space or a comment, which the option `x` permits; returns whether there was any.
  private mutating func skipsExtended() -> Bool {
    guard let next = peek() else { return false }
    if next == "#" {
      while let next = peek(), next != 0x0A { position += 1 }
      return true
    }
    guard ScalarSet.space.contains(next) else { return false }
    position += 1
    return true
  }

  /// Parses one element without its repetition; nil for a comment.
  private mutating func element() throws -> PatternNode? {
    let start = position
    guard let next = peek() else { return nil }
    position += 1
    switch next {
    case "(": return try group(from: start)
    case "[":
      var set = try nested { try $0.classBody(from: start, isOuter: true) }
      set = set.subtracting(ScalarSet([0xD800..<0xE000]))
      return .scalar(set)
    case "\\": return try escape(from: start)
    case ".":
      return .scalar(options.dotMatchesNewline ? .all : ScalarSet.newline.complement)
    case "^": return .anchor(.lineStart)
    case "$": return .anchor(.lineEnd)
    case "*", "+", "?":
      throw failure("there is nothing that could be repeated", at: start)
    default: return .scalar(folded(ScalarSet(next)))
    }
  }

  /// The set, extended by all equal scalars if case is ignored.
  func folded(_ set: ScalarSet) -> ScalarSet {
    options.ignoresCase ? CaseFolding.closure(of: set) : set
  }

  /// Rejects classes that would match sequences of scalars if case is ignored, as `[ß]` matches
  /// `ss`.
  ///
  /// It makes no difference if the class is repeated without limit and contains all letters of
  /// those sequences.
  private func checkSequenceFolds(
    _ node: PatternNode, repeatedAs repeated: PatternNode, from start: Int
  ) throws {
    guard options.ignoresCase, case .scalar(let set) = node, text[start] != "\\",
      !(text[start] == "[" && start + 1 < text.count && text[start + 1] == "^"),
      CaseFolding.hasSequences(set)
    else { return }
    if case .repeated(_, let minimum, nil, .greedy) = repeated, minimum <= 1,
      ScalarSet([0x61..<0x7B]).subtracting(set).isEmpty
    {
      return
    }
    throw unsupported(
      from: start, "a letter that is equal to several where case is ignored, as \u{DF} is to ss")
  }

  // MARK: - Repetition

  /// Parses the repetition after a part; nil if there is none.
  private mutating func repetition(of part: PatternNode) throws -> PatternNode? {
    let start = position
    guard let next = peek() else { return nil }
    var counts: (minimum: Int, maximum: Int?)
    var mode = PatternNode.Mode.greedy
    switch next {
    case "*": counts = (0, nil)
    case "+": counts = (1, nil)
    case "?": counts = (0, 1)
    case "{":
      guard let interval = try interval() else { return nil }
      // As in Ruby, `?` and `+` after an interval are further repetitions, except that `{n,m}?` is
      // lazy.
      if let maximum = interval.maximum, maximum < interval.minimum {
        throw unsupported(from: start, "an interval whose maximum is below its minimum")
      }
      if interval.minimum != interval.maximum, take("?") { mode = .lazy }
      return try repeated(part, interval, mode, from: start)
    default: return nil
    }
    position += 1
    if take("?") { mode = .lazy } else if take("+") { mode = .possessive }
    return try repeated(part, counts, mode, from: start)
  }

  private func repeated(
    _ part: PatternNode, _ counts: (minimum: Int, maximum: Int?), _ mode: PatternNode.Mode,
    from start: Int
  ) throws -> PatternNode {
    if counts.maximum == nil || counts.minimum > 1, part.isNullable {
      throw unsupported(from: start, "repetition of what can match the empty text")
    }
    return .repeated(part, minimum: counts.minimum, maximum: counts.maximum, mode: mode)
  }

  /// Parses `{n}`, `{n,}`, `{,m}` or `{n,m}`; nil for anything else, which is literal text.
  private mutating func interval() throws -> (minimum: Int, maximum: Int?)? {
    let start = position
    position += 1
    let minimum = try count()
    var maximum = minimum
    if take(",") { maximum = try count() }
    guard take("}"), minimum != nil || maximum != nil else {
      position = start
      return nil
    }
    return (minimum ?? 0, maximum)
  }

  private mutating func count() throws -> Int? {
    var value: Int?
    let start = position
    while let digit = peek(), (0x30..<0x3A).contains(digit) {
      value = (value ?? 0) * 10 + Int(digit - 0x30)
      guard value ?? 0 <= Self.maximumCount else {
        throw failure("repeats more than \(Self.maximumCount) times", at: start)
      }
      position += 1
    }
    return value
  }
}

extension UInt32 {
  /// Compares a scalar with a character literal, so that the parser's code is readable.
  static func ~= (character: Unicode.Scalar, scalar: UInt32) -> Bool { character.value == scalar }
  static func == (scalar: UInt32, character: Unicode.Scalar) -> Bool { character.value == scalar }
  static func != (scalar: UInt32, character: Unicode.Scalar) -> Bool { character.value != scalar }
}

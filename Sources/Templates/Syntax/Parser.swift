// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Parses tokens into statements, by the grammar of Jinja 3.1 with its loop controls and the
/// `generation` tag of transformers.
///
/// Tags that Jinja has and this parser does not (inheritance, imports, translation) are refused by
/// name. So are unsupported filters and tests, even in branches that are never reached; Jinja
/// reports those only when they are evaluated.
struct Parser {
  let name: String
  let tokens: [Token]
  var position = 0
  /// The number of statements and expressions that enclose the current token.
  private var depth = 0
  /// The number of loops that enclose the current token within the same macro.
  var loopDepth = 0
  /// The names read so far in each macro that encloses the current token, outermost first.
  var namesRead: [Set<String>] = []

  /// The statements of a template.
  ///
  /// - Throws: `SPINError` that names the template and the line.
  static func statements(of source: String, name: String) throws -> [Statement] {
    var parser = Parser(name: name, tokens: try Lexer.tokens(of: source, name: name))
    return try parser.statements(until: [])
  }

  private init(name: String, tokens: [Token]) {
    self.name = name
    self.tokens = tokens
  }

  // MARK: - Tokens

  /// The token to be parsed next; the last token, `end`, is never consumed.
  var current: Token { tokens[position] }
  var next: Token { tokens[min(position + 1, tokens.count - 1)] }

  /// Consumes the current token.
  mutating func advance() { position = min(position + 1, tokens.count - 1) }

  /// Consumes the current token if it is this symbol, and returns whether it was.
  mutating func skip(_ symbol: Symbol) -> Bool {
    guard current.kind == .symbol(symbol) else { return false }
    advance()
    return true
  }

  /// Consumes the current token if it is this word, and returns whether it was.
  mutating func skip(word: String) -> Bool {
    guard current.kind == .name(word) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: Symbol) throws { try expect(kind: .symbol(symbol)) }

  mutating func expect(kind: Token.Kind) throws {
    guard current.kind == kind else {
      throw unexpected(Token(kind: kind, line: current.line).description)
    }
    advance()
  }

  mutating func expectName() throws -> String {
    guard case .name(let name) = current.kind else { throw unexpected("a name") }
    advance()
    return name
  }

  /// Records that a variable is read in all enclosing macros.
  mutating func noteRead(_ name: String) {
    for index in namesRead.indices { namesRead[index].insert(name) }
  }

  // MARK: - Failures

  var place: TemplatePlace { TemplatePlace(name: name, line: current.line) }

  func unexpected(_ expected: String) -> SPINError {
    place.failure("\(current.description) is found where \(expected) is expected")
  }

  /// Parses one level deeper.
  ///
  /// - Throws: `SPINError` beyond `TemplateLimits.recursion` levels.
  mutating func nested<Result>(_ body: (inout Parser) throws -> Result) throws -> Result {
    depth += 1
    guard depth <= TemplateLimits.recursion else {
      throw place.failure("the syntax is nested deeper than \(TemplateLimits.recursion) levels")
    }
    let result = try body(&self)
    depth -= 1
    return result
  }
}

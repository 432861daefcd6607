// SPDX-License-Identifier: Apache-2.0

extension Parser {
  /// The names that are literals.
  static let constants: [String: Expression.Literal] = [
    "true": .boolean(true), "True": .boolean(true), "false": .boolean(false),
    "False": .boolean(false), "none": .none, "None": .none,
  ]

  /// An expression, or a tuple of several separated by commas.
  ///
  /// - Parameters:
  ///   - allowsConditional: Whether `a if b else c` may be used without parentheses.
  ///   - endWord: A word that ends the tuple, as do the end of the tag and a closing parenthesis.
  ///   - mayBeEmpty: Whether no expression at all is an empty tuple rather than an error.
  mutating func tuple(
    allowsConditional: Bool = true, endWord: String? = nil, mayBeEmpty: Bool = false
  ) throws -> Expression {
    let line = current.line
    var elements: [Expression] = []
    var isTuple = false
    let ends: [Token.Kind] = [.variableEnd, .blockEnd, .symbol(.rightParenthesis)]
    while !ends.contains(current.kind), endWord.map({ current.kind == .name($0) }) != true {
      elements.append(try expression(allowsConditional: allowsConditional))
      guard skip(.comma) else { break }
      isTuple = true
    }
    if !isTuple, let only = elements.first { return only }
    guard isTuple || mayBeEmpty else { throw unexpected("an expression") }
    return Expression(line: line, node: .tuple(elements))
  }

  /// One expression.
  mutating func expression(allowsConditional: Bool = true) throws -> Expression {
    try nested { try $0.conditional(allowsConditional) }
  }

  private mutating func conditional(_ allowsConditional: Bool) throws -> Expression {
    let line = current.line
    var value = try disjunction()
    while allowsConditional, skip(word: "if") {
      let condition = try disjunction()
      let otherwise = skip(word: "else") ? try expression() : nil
      value = Expression(
        line: line,
        node: .conditional(value: value, condition: condition, otherwise: otherwise))
    }
    return value
  }

  private mutating func disjunction() throws -> Expression {
    let line = current.line
    var operands = [try conjunction()]
    while skip(word: "or") { operands.append(try conjunction()) }
    return operands.count == 1 ? operands[0] : Expression(line: line, node: .any(operands))
  }

  private mutating func conjunction() throws -> Expression {
    let line = current.line
    var operands = [try negation()]
    while skip(word: "and") { operands.append(try negation()) }
    return operands.count == 1 ? operands[0] : Expression(line: line, node: .all(operands))
  }

  private mutating func negation() throws -> Expression {
    let line = current.line
    guard skip(word: "not") else { return try comparison() }
    return Expression(line: line, node: .not(try nested { try $0.negation() }))
  }

  private mutating func comparison() throws -> Expression {
    let line = current.line
    let first = try sum()
    var comparisons: [Expression.Comparison] = []
    while let relation = relation() {
      comparisons.append(.init(relation: relation, operand: try sum()))
    }
    guard !comparisons.isEmpty else { return first }
    return Expression(line: line, node: .comparison(first, comparisons))
  }

  private mutating func relation() -> Relation? {
    if case .symbol(let symbol) = current.kind, let relation = Relation(rawValue: symbol.rawValue) {
      advance()
      return relation
    }
    if skip(word: "in") { return .isIn }
    guard current.kind == .name("not"), next.kind == .name("in") else { return nil }
    advance()
    advance()
    return .isNotIn
  }

  // MARK: - Arithmetic

  /// Sums, and Jinja's levels of higher precedence: `~`, products, powers.
  ///
  /// All of them, including powers, associate to the left.
  private mutating func sum() throws -> Expression {
    try operations([.plus, .minus]) { parser in
      let line = parser.current.line
      var operands = [try parser.product()]
      while parser.skip(.tilde) { operands.append(try parser.product()) }
      return operands.count == 1
        ? operands[0] : Expression(line: line, node: .concatenation(operands))
    }
  }

  private mutating func product() throws -> Expression {
    try operations([.times, .divide, .floorDivide, .modulo]) { parser in
      try parser.operations([.power]) { try $0.unary() }
    }
  }

  private mutating func operations(
    _ symbols: [Symbol], of operand: (inout Parser) throws -> Expression
  ) throws -> Expression {
    let line = current.line
    let first = try operand(&self)
    var operations: [Expression.Operation] = []
    while case .symbol(let symbol) = current.kind, symbols.contains(symbol),
      let operation = Arithmetic(rawValue: symbol.rawValue)
    {
      advance()
      operations.append(.init(operation: operation, operand: try operand(&self)))
    }
    guard !operations.isEmpty else { return first }
    return Expression(line: line, node: .arithmetic(first, operations))
  }

  private mutating func unary(takesFilters: Bool = true) throws -> Expression {
    let line = current.line
    let value: Expression
    if skip(.minus) {
      let operand = try nested { try $0.unary(takesFilters: false) }
      value = Expression(line: line, node: .negative(operand))
    } else if skip(.plus) {
      let operand = try nested { try $0.unary(takesFilters: false) }
      value = Expression(line: line, node: .positive(operand))
    } else {
      value = try primary()
    }
    var operations = try postfixes()
    if takesFilters { operations += try filtersAndTests() }
    return operations.isEmpty
      ? value : Expression(line: line, node: .postfix(value, operations))
  }

  // MARK: - Values

  /// A name, a literal, or an expression in brackets.
  mutating func primary() throws -> Expression {
    let line = current.line
    let node: Expression.Node
    switch current.kind {
    case .name(let name):
      advance()
      if let constant = Self.constants[name] {
        node = .literal(constant)
      } else {
        noteRead(name)
        node = .name(name)
      }
    case .string(var text):
      advance()
      while case .string(let more) = current.kind {
        text += more
        advance()
      }
      node = .literal(.string(text))
    case .integer(let value):
      advance()
      node = .literal(.integer(value))
    case .number(let value):
      advance()
      node = .literal(.number(value))
    case .symbol(.leftParenthesis):
      advance()
      let inner = try tuple(mayBeEmpty: true)
      try expect(.rightParenthesis)
      return inner
    case .symbol(.leftBracket):
      advance()
      node = .list(try elements(until: .rightBracket) { try $0.expression() })
    case .symbol(.leftBrace):
      advance()
      node = .dictionary(
        try elements(until: .rightBrace) { parser in
          let key = try parser.expression()
          try parser.expect(.colon)
          return Expression.Entry(key: key, value: try parser.expression())
        })
    default: throw unexpected("an expression")
    }
    return Expression(line: line, node: node)
  }

  private mutating func elements<Element>(
    until end: Symbol, _ element: (inout Parser) throws -> Element
  ) throws -> [Element] {
    var elements: [Element] = []
    while !skip(end) {
      if !elements.isEmpty {
        try expect(.comma)
        if skip(end) { break }
      }
      elements.append(try element(&self))
    }
    return elements
  }
}

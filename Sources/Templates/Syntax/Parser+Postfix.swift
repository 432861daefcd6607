// SPDX-License-Identifier: Apache-2.0

extension Parser {
  /// Attributes, items, slices and calls after a value.
  mutating func postfixes() throws -> [Postfix] {
    var operations: [Postfix] = []
    while true {
      let line = current.line
      switch current.kind {
      case .symbol(.dot):
        advance()
        operations.append(Postfix(line: line, node: try attribute()))
      case .symbol(.leftBracket):
        advance()
        operations.append(Postfix(line: line, node: try subscripted()))
      case .symbol(.leftParenthesis):
        operations.append(Postfix(line: line, node: .call(try arguments())))
      default: return operations
      }
    }
  }

  /// Filters, tests, and calls of their results.
  mutating func filtersAndTests() throws -> [Postfix] {
    var operations: [Postfix] = []
    while true {
      let line = current.line
      switch current.kind {
      case .symbol(.pipe):
        advance()
        operations.append(try filter())
      case .name("is"):
        advance()
        operations.append(try test(line))
      case .symbol(.leftParenthesis):
        operations.append(Postfix(line: line, node: .call(try arguments())))
      default: return operations
      }
    }
  }

  /// Filters separated by pipes; a pipe before the first is optional.
  mutating func filterChain() throws -> [Postfix] {
    _ = skip(.pipe)
    var filters = [try filter()]
    while skip(.pipe) { filters.append(try filter()) }
    return filters
  }

  private mutating func filter() throws -> Postfix {
    let here = place
    let name = try expectName()
    guard Filter.table[name] != nil else {
      throw here.unsupported("filter", name, supported: Filter.table.keys)
    }
    let arguments = current.kind == .symbol(.leftParenthesis) ? try arguments() : CallArguments()
    return Postfix(line: here.line, node: .filter(name, arguments))
  }

  private mutating func test(_ line: Int) throws -> Postfix {
    let isNegated = skip(word: "not")
    let here = place
    let name = try expectName()
    guard ValueTest.table[name] != nil else {
      throw here.unsupported("test", name, supported: ValueTest.table.keys)
    }
    var arguments = CallArguments()
    switch current.kind {
    case .symbol(.leftParenthesis): arguments = try self.arguments()
    case .name("else"), .name("or"), .name("and"): break
    case .name("is"): throw place.failure("a test cannot follow a test; join them with \"and\"")
    case .name, .string, .integer, .number, .symbol(.leftBracket), .symbol(.leftBrace):
      // A single argument needs no parentheses: `x is divisibleby 3`.
      let argumentLine = current.line
      let argument = try nested { try $0.primary() }
      let operations = try postfixes()
      arguments.positional = [
        operations.isEmpty
          ? argument : Expression(line: argumentLine, node: .postfix(argument, operations))
      ]
    default: break
    }
    return Postfix(line: line, node: .test(name, arguments, isNegated: isNegated))
  }

  private mutating func attribute() throws -> Postfix.Node {
    if case .integer(let index) = current.kind {
      let line = current.line
      advance()
      return .item(Expression(line: line, node: .literal(.integer(index))))
    }
    return .attribute(try expectName())
  }

  private mutating func subscripted() throws -> Postfix.Node {
    let from = current.kind == .symbol(.colon) ? nil : try expression()
    if let from, current.kind != .symbol(.colon) {
      guard current.kind != .symbol(.comma) else {
        throw place.failure("subscripts with commas are not supported")
      }
      try expect(.rightBracket)
      return .item(from)
    }
    try expect(.colon)
    let to = endsSlicePart ? nil : try expression()
    let by = skip(.colon) && !endsSlicePart ? try expression() : nil
    try expect(.rightBracket)
    return .slice(from: from, to: to, by: by)
  }

  private var endsSlicePart: Bool {
    current.kind == .symbol(.colon) || current.kind == .symbol(.rightBracket)
  }

  /// The arguments of a call, with their parentheses.
  private mutating func arguments() throws -> CallArguments {
    var arguments = CallArguments()
    var isFirst = true
    try expect(.leftParenthesis)
    while !skip(.rightParenthesis) {
      if !isFirst {
        try expect(.comma)
        if skip(.rightParenthesis) { break }
      }
      isFirst = false
      try argument(&arguments)
    }
    return arguments
  }

  private mutating func argument(_ arguments: inout CallArguments) throws {
    let here = place
    if skip(.times) {
      guard arguments.morePositional == nil, arguments.moreKeywords == nil else {
        throw here.failure("a * follows another one or a ** in a call")
      }
      arguments.morePositional = try expression()
    } else if skip(.power) {
      guard arguments.moreKeywords == nil else { throw here.failure("a call has more than one **") }
      arguments.moreKeywords = try expression()
    } else if case .name(let name) = current.kind, next.kind == .symbol(.assign) {
      guard arguments.moreKeywords == nil else {
        throw here.failure("a named argument follows ** in a call")
      }
      advance()
      advance()
      arguments.keywords.append(.init(name: name, value: try expression()))
    } else {
      guard
        arguments.keywords.isEmpty, arguments.morePositional == nil, arguments.moreKeywords == nil
      else { throw here.failure("a plain argument follows a named one") }
      arguments.positional.append(try expression())
    }
  }
}

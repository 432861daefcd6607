// SPDX-License-Identifier: Apache-2.0

extension Parser {
  static let tags = [
    "break", "call", "continue", "filter", "for", "generation", "if", "macro", "print", "raw",
    "set",
    "with",
  ]

  /// Statements up to a tag that begins with one of `ends`, which is not consumed, or to the end of
  /// the template if `ends` is empty.
  mutating func statements(until ends: [String]) throws -> [Statement] {
    var result: [Statement] = []
    while true {
      let line = current.line
      switch current.kind {
      case .text(let text):
        advance()
        result.append(Statement(line: line, node: .text(text)))
      case .variableBegin:
        advance()
        result.append(Statement(line: line, node: .output(try tuple())))
        try expect(kind: .variableEnd)
      case .blockBegin:
        advance()
        if case .name(let word) = current.kind, ends.contains(word) { return result }
        result += try nested { try $0.statement() }
        try expect(kind: .blockEnd)
      default:
        guard ends.isEmpty else {
          let wanted = ends.map { "{% \($0) %}" }.joined(separator: " or ")
          throw place.failure("the template ends where \(wanted) is expected")
        }
        return result
      }
    }
  }

  /// The rest of an opening tag and the statements after it, up to the tag that ends the body;
  /// returns them with that tag's first word.
  private mutating func body(until ends: String...) throws -> (body: [Statement], end: String) {
    _ = skip(.colon)
    try expect(kind: .blockEnd)
    let body = try statements(until: ends)
    return (body, try expectName())
  }

  private mutating func statement() throws -> [Statement] {
    let here = place
    let word = try expectName()
    let node: Statement.Node
    switch word {
    case "if": node = try conditional()
    case "for": node = try loop()
    case "set": node = try assignment()
    case "macro":
      let name = try expectName()
      node = .macro(try macro(named: name, signature(), until: "endmacro"))
    case "call": node = try callBlock()
    case "filter":
      let filters = try filterChain()
      node = .filterBlock(filters, body: try body(until: "endfilter").body)
    case "with": node = try with()
    case "generation":
      let outerLoops = loopDepth
      loopDepth = 0
      node = .generation(try body(until: "endgeneration").body)
      loopDepth = outerLoops
    case "print": return try printed(here.line)
    case "break", "continue":
      guard loopDepth > 0 else { throw here.failure("{% \(word) %} is outside a loop") }
      node = word == "break" ? .breakLoop : .continueLoop
    case _ where word.hasPrefix("end") || ["else", "elif"].contains(word):
      throw here.failure("{% \(word) %} closes nothing that is open here")
    default: throw here.unsupported("tag", word, supported: Self.tags)
    }
    return [Statement(line: here.line, node: node)]
  }

  // MARK: - Control

  private mutating func conditional() throws -> Statement.Node {
    var branches: [Statement.Branch] = []
    var end = "elif"
    while end == "elif" {
      let condition = try tuple(allowsConditional: false)
      let (statements, word) = try body(until: "elif", "else", "endif")
      branches.append(.init(condition: condition, body: statements))
      end = word
    }
    let otherwise = end == "else" ? try body(until: "endif").body : []
    return .conditional(branches, otherwise: otherwise)
  }

  private mutating func loop() throws -> Statement.Node {
    let target = try target(allowsAttribute: false)
    guard !target.names.contains("loop") else {
      throw place.failure("\"loop\" is the loop itself and cannot be its variable")
    }
    guard skip(word: "in") else { throw unexpected("\"in\"") }
    let elements = try tuple(allowsConditional: false, endWord: "recursive")
    let filter = skip(word: "if") ? try expression() : nil
    let isRecursive = skip(word: "recursive")
    loopDepth += 1
    let (statements, end) = try body(until: "endfor", "else")
    loopDepth -= 1
    let otherwise = end == "else" ? try body(until: "endfor").body : []
    return .loop(
      Statement.Loop(
        target: target, elements: elements, filter: filter, isRecursive: isRecursive,
        body: statements, otherwise: otherwise))
  }

  private mutating func with() throws -> Statement.Node {
    var bindings: [Statement.Binding] = []
    while current.kind != .blockEnd {
      if !bindings.isEmpty { try expect(.comma) }
      let target = try target(allowsAttribute: false)
      try expect(.assign)
      bindings.append(.init(target: target, value: try expression()))
    }
    return .with(bindings, body: try body(until: "endwith").body)
  }

  private mutating func printed(_ line: Int) throws -> [Statement] {
    var result: [Statement] = []
    while current.kind != .blockEnd {
      if !result.isEmpty { try expect(.comma) }
      result.append(Statement(line: line, node: .output(try expression())))
    }
    return result
  }

  // MARK: - Assignment

  private mutating func assignment() throws -> Statement.Node {
    let target = try target(allowsAttribute: true)
    if skip(.assign) { return .assignment(target, try tuple()) }
    let filters = current.kind == .symbol(.pipe) ? try filterChain() : []
    return .assignmentBlock(target, filters: filters, body: try body(until: "endset").body)
  }

  /// One name, or a tuple of names separated by commas.
  private mutating func target(allowsAttribute: Bool) throws -> Statement.Target {
    var targets = [try singleTarget(allowsAttribute)]
    var isTuple = false
    while skip(.comma) {
      isTuple = true
      let ends: [Token.Kind] = [
        .symbol(.assign), .symbol(.rightParenthesis), .blockEnd, .name("in"),
      ]
      if ends.contains(current.kind) { break }
      targets.append(try singleTarget(allowsAttribute))
    }
    return isTuple ? .tuple(targets) : targets[0]
  }

  private mutating func singleTarget(_ allowsAttribute: Bool) throws -> Statement.Target {
    if skip(.leftParenthesis) {
      let inner = try nested { try $0.target(allowsAttribute: false) }
      try expect(.rightParenthesis)
      return inner
    }
    let name = try assignableName()
    guard allowsAttribute, skip(.dot) else { return .name(name) }
    noteRead(name)
    return .attribute(of: name, try expectName())
  }

  private mutating func assignableName() throws -> String {
    let here = place
    let name = try expectName()
    guard Self.constants[name] == nil else { throw here.failure("cannot assign to \(name)") }
    return name
  }

  // MARK: - Macros

  private mutating func callBlock() throws -> Statement.Node {
    let parameters = current.kind == .symbol(.leftParenthesis) ? try signature() : []
    let here = place
    let call = try expression()
    guard case .postfix(let base, let operations) = call.node, let last = operations.last,
      case .call(let arguments) = last.node
    else { throw here.failure("{% call %} expects the call of a macro") }
    let rest = Array(operations.dropLast())
    let callee = rest.isEmpty ? base : Expression(line: call.line, node: .postfix(base, rest))
    let caller = try macro(named: "caller", parameters, until: "endcall")
    return .call(caller: caller, callee: callee, arguments)
  }

  private mutating func macro(
    named name: String, _ parameters: [Statement.Macro.Parameter], until end: String
  ) throws -> Statement.Macro {
    let outerLoops = loopDepth
    loopDepth = 0
    namesRead.append([])
    let statements = try body(until: end).body
    let read = namesRead.removeLast()
    loopDepth = outerLoops
    return Statement.Macro(
      name: name, parameters: parameters, body: statements,
      usedNames: read.intersection(["varargs", "kwargs", "caller"]))
  }

  private mutating func signature() throws -> [Statement.Macro.Parameter] {
    var parameters: [Statement.Macro.Parameter] = []
    try expect(.leftParenthesis)
    while !skip(.rightParenthesis) {
      if !parameters.isEmpty { try expect(.comma) }
      let here = place
      let name = try assignableName()
      let value = skip(.assign) ? try expression() : nil
      guard value != nil || parameters.last?.defaultValue == nil else {
        throw here.failure("the parameter \"\(name)\" has no default but follows one that has")
      }
      parameters.append(.init(name: name, defaultValue: value))
    }
    return parameters
  }
}

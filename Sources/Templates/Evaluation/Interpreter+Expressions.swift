// SPDX-License-Identifier: Apache-2.0

extension Interpreter {
  /// The value of an expression.
  func evaluate(_ expression: Expression, _ scope: Scope) throws -> Value {
    try open(line: expression.line) {
      switch expression.node {
      case .literal(let literal): return Value(literal)
      case .name(let name): return try variable(name, scope)
      case .list(let elements): return try list(elements.map { try evaluate($0, scope) })
      case .tuple(let elements): return try tuple(elements.map { try evaluate($0, scope) })
      case .dictionary(let entries):
        return try mapping(
          entries.map { (try evaluate($0.key, scope), try evaluate($0.value, scope)) })
      case .postfix(let base, let operations):
        return try apply(operations, to: evaluate(base, scope), scope)
      case .negative(let operand): return try negated(evaluate(operand, scope))
      case .positive(let operand):
        return try combine(.add, .integer(0), requireNumber(evaluate(operand, scope), "unary +"))
      case .not(let operand): return .boolean(!(try evaluate(operand, scope).isTrue))
      case .arithmetic(let first, let operations):
        return try arithmetic(evaluate(first, scope), operations, scope)
      case .concatenation(let operands):
        return try text(operands.map { try concatenated(evaluate($0, scope)) }.joined())
      case .comparison(let first, let comparisons):
        return try compare(evaluate(first, scope), comparisons, scope)
      case .all(let operands): return try decide(operands, until: false, scope)
      case .any(let operands): return try decide(operands, until: true, scope)
      case .conditional(let value, let condition, let otherwise):
        if try evaluate(condition, scope).isTrue { return try evaluate(value, scope) }
        guard let otherwise else {
          return .undefined(
            "the inline if-expression on line \(expression.line) evaluated to false and no else"
              + " section was defined.")
        }
        return try evaluate(otherwise, scope)
      }
    }
  }

  private func variable(_ name: String, _ scope: Scope) throws -> Value {
    if let value = scope[name] { return value }
    guard !Self.unsupportedNames.contains(name) else {
      throw place.unsupported(
        "function", name, supported: GlobalFunction.allCases.map(\.rawValue))
    }
    return .undefined("'\(name)' is undefined")
  }

  /// The text of an operand of `~`; text marked safe is refused, because Jinja would escape the
  /// other operands.
  private func concatenated(_ value: Value) throws -> String {
    if case .markup = value { throw failure("~ on text marked safe is not supported") }
    return try string(of: value)
  }

  /// Names that Jinja defines and this interpreter does not.
  ///
  /// Treating them as undefined would go unnoticed.
  private static let unsupportedNames: Set<String> = [
    "cycler", "joiner", "lipsum", "self", "super",
  ]

  /// The first operand that decides an `and` or `or`, or else the last operand.
  private func decide(_ operands: [Expression], until decisive: Bool, _ scope: Scope) throws
    -> Value
  {
    var value = Value.none
    for operand in operands {
      value = try evaluate(operand, scope)
      if value.isTrue == decisive { return value }
    }
    return value
  }

  private func arithmetic(
    _ first: Value, _ operations: [Expression.Operation], _ scope: Scope
  ) throws -> Value {
    try operations.reduce(first) { left, next in
      try combine(next.operation, left, evaluate(next.operand, scope))
    }
  }

  /// A chain of comparisons holds if each of them does.
  private func compare(
    _ first: Value, _ comparisons: [Expression.Comparison], _ scope: Scope
  ) throws -> Value {
    var left = first
    for comparison in comparisons {
      let right = try evaluate(comparison.operand, scope)
      guard try holds(comparison.relation, left, right) else { return .boolean(false) }
      left = right
    }
    return .boolean(true)
  }

  // MARK: - Postfix operations

  /// Applies attributes, items, calls, filters and tests to a value, from left to right.
  func apply(_ operations: [Postfix], to base: Value, _ scope: Scope) throws -> Value {
    try operations.reduce(base) { value, operation in
      try open(line: operation.line) { try apply(operation.node, to: value, scope) }
    }
  }

  private func apply(_ operation: Postfix.Node, to value: Value, _ scope: Scope) throws -> Value {
    switch operation {
    case .attribute(let name): return try attribute(name, of: value)
    case .item(let expression): return try item(evaluate(expression, scope), of: value)
    case .slice(let from, let to, let by):
      let bounds = try [from, to, by].map { bound in
        try bound.map { try evaluate($0, scope) } ?? .none
      }
      return try slice(value, bounds)
    case .call(let arguments): return try call(value, self.arguments(arguments, scope))
    case .filter(let name, let arguments):
      return try filter(name, value, self.arguments(arguments, scope))
    case .test(let name, let arguments, let isNegated):
      let result = try test(name, value, self.arguments(arguments, scope))
      return .boolean(result != isNegated)
    }
  }

  /// The result of applying a filter.
  func filter(_ name: String, _ value: Value, _ arguments: Arguments) throws -> Value {
    guard let filter = Filter.table[name] else {
      throw place.unsupported("filter", name, supported: Filter.table.keys)
    }
    return try filter.body(self, value, arguments)
  }

  /// Whether a test holds for a value.
  func test(_ name: String, _ value: Value, _ arguments: Arguments) throws -> Bool {
    guard let test = ValueTest.table[name] else {
      throw place.unsupported("test", name, supported: ValueTest.table.keys)
    }
    return try test.body(self, value, arguments)
  }

  /// Evaluates arguments, unpacking `*` and `**`.
  func arguments(_ arguments: CallArguments, _ scope: Scope) throws -> Arguments {
    var result = Arguments(
      positional: try arguments.positional.map { try evaluate($0, scope) },
      keywords: try arguments.keywords.map { ($0.name, try evaluate($0.value, scope)) })
    if let more = arguments.morePositional {
      result.positional += try elements(of: evaluate(more, scope))
    }
    if let more = arguments.moreKeywords {
      guard case .mapping(let mapping) = try evaluate(more, scope) else {
        throw failure("the value after ** is not a mapping")
      }
      for (key, value) in zip(mapping.keys, mapping.values) {
        guard case .string(let name) = key else { throw failure("keywords must be strings") }
        result.keywords.append((name, value))
      }
    }
    var names: Set<String> = []
    for keyword in result.keywords where !names.insert(keyword.name).inserted {
      throw failure("the argument \"\(keyword.name)\" is given twice")
    }
    return result
  }
}

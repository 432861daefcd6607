// SPDX-License-Identifier: Apache-2.0

/// Where evaluation continues after a statement.
enum Flow { case next, breakLoop, continueLoop }

extension Interpreter {
  /// Runs statements until one of them breaks or continues the enclosing loop.
  func run(_ statements: [Statement], _ scope: Scope) throws -> Flow {
    for statement in statements {
      let flow = try open(line: statement.line) { try run(statement, scope) }
      if flow != .next { return flow }
    }
    return .next
  }

  private func run(_ statement: Statement, _ scope: Scope) throws -> Flow {
    switch statement.node {
    case .text(let text): try write(text)
    case .output(let expression): try write(string(of: evaluate(expression, scope)))
    case .conditional(let branches, let otherwise):
      for branch in branches where try evaluate(branch.condition, scope).isTrue {
        return try run(branch.body, scope)
      }
      return try run(otherwise, scope)
    case .loop(let loop): return try run(loop, scope)
    case .assignment(let target, let expression):
      try assign(evaluate(expression, scope), to: target, scope)
    case .assignmentBlock(let target, let filters, let body):
      let inner = Scope(parent: scope)
      let (text, flow) = try captured { try run(body, inner) }
      guard flow == .next else { return flow }
      try assign(apply(filters, to: .string(text), inner), to: target, scope)
    case .macro(let macro):
      keep(scope)
      scope[macro.name] = .macro(MacroValue(macro, scope))
    case .call(let caller, let callee, let arguments):
      keep(scope)
      var values = try self.arguments(arguments, scope)
      values.keywords.append(("caller", .macro(MacroValue(caller, scope))))
      try write(string(of: call(evaluate(callee, scope), values)))
    case .filterBlock(let filters, let body):
      let inner = Scope(parent: scope)
      let (text, flow) = try captured { try run(body, inner) }
      guard flow == .next else { return flow }
      try write(string(of: apply(filters, to: .string(text), inner)))
    case .with(let bindings, let body):
      let inner = Scope(parent: scope)
      let values = try bindings.map { try evaluate($0.value, scope) }
      for (binding, value) in zip(bindings, values) { try assign(value, to: binding.target, inner) }
      return try run(body, inner)
    case .generation(let body): return try run(body, Scope(parent: scope))
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    }
    return .next
  }

  // MARK: - Loops

  private func run(_ loop: Statement.Loop, _ scope: Scope) throws -> Flow {
    let elements = try elements(of: evaluate(loop.elements, scope))
    return try run(loop, elements, nesting: 0, scope)
  }

  /// Runs a loop over elements.
  ///
  /// - Note: Unlike Jinja, which filters each element when the loop reaches it, this filters all
  ///   elements before the first iteration: a filter that reads a namespace does not see changes
  ///   that the body makes.
  private func run(
    _ loop: Statement.Loop, _ candidates: [Value], nesting: Int, _ scope: Scope
  ) throws -> Flow {
    var elements = candidates
    if let filter = loop.filter {
      elements = try candidates.filter { element in
        let inner = Scope(parent: scope)
        try assign(element, to: loop.target, inner)
        return try evaluate(filter, inner).isTrue
      }
    }
    guard !elements.isEmpty else { return try run(loop.otherwise, Scope(parent: scope)) }
    if loop.isRecursive { keep(scope) }
    let state = LoopState(elements, loop, nesting: nesting, scope: scope)
    defer {
      // Cleared because the values may include the loop itself, which would be a reference cycle.
      state.lastChanged = nil
      state.isRunning = false
    }
    for index in elements.indices {
      try charge()
      state.index = index
      let inner = Scope(parent: scope)
      inner["loop"] = .loop(state)
      try assign(elements[index], to: loop.target, inner)
      if try run(loop.body, inner) == .breakLoop { break }
    }
    return .next
  }

  /// The output of `loop(elements)`.
  func recurse(_ state: LoopState, _ arguments: Arguments) throws -> Value {
    guard state.statement.isRecursive else {
      throw failure("the loop must have the 'recursive' marker to be called recursively")
    }
    let bound = try BoundArguments(arguments, ["iterable"], required: 1, of: "loop", self)
    let elements = try elements(of: bound["iterable"] ?? .none)
    return try call {
      let (text, _) = try captured {
        try run(state.statement, elements, nesting: state.nesting + 1, state.scope)
      }
      return .string(text)
    }
  }

  // MARK: - Assignment

  func assign(_ value: Value, to target: Statement.Target, _ scope: Scope) throws {
    switch target {
    case .name(let name): scope[name] = value
    case .attribute(let name, let attribute):
      guard case .namespace(let index)? = scope[name] else {
        throw failure("cannot assign attribute on non-namespace object")
      }
      try setAttribute(attribute, of: index, to: value)
    case .tuple(let targets):
      let values = try elements(of: value)
      guard values.count >= targets.count else {
        throw failure(
          "not enough values to unpack (expected \(targets.count), got \(values.count))")
      }
      guard values.count == targets.count else {
        throw failure("too many values to unpack (expected \(targets.count))")
      }
      for (value, target) in zip(values, targets) { try assign(value, to: target, scope) }
    }
  }

  func setAttribute(_ attribute: String, of namespace: Int, to value: Value) throws {
    guard !attribute.hasPrefix("_") else {
      throw failure(
        "a namespace cannot have the attribute \"\(attribute)\", which begins with an underscore")
    }
    namespaces[namespace][ExactText(attribute)] = value
  }
}

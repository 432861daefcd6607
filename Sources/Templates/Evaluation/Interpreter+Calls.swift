// SPDX-License-Identifier: Apache-2.0

extension Interpreter {
  /// The result of calling a value.
  func call(_ callee: Value, _ arguments: Arguments) throws -> Value {
    switch callee {
    case .undefined(let message): throw failure(message)
    case .function(let function): return try call(function, arguments)
    case .method(let method): return try Methods.call(method, arguments, self)
    case .macro(let macro): return try call(macro, arguments)
    case .loop(let loop): return try recurse(loop, arguments)
    default: throw failure("'\(callee.typeName)' object is not callable")
    }
  }

  /// The output of a macro.
  private func call(_ macro: MacroValue, _ arguments: Arguments) throws -> Value {
    let definition = macro.definition
    let scope = Scope(parent: macro.scope)
    var keywords = arguments.keywords
    func takeKeyword(_ name: String) -> Value? {
      keywords.firstIndex { $0.name == name }.map { keywords.remove(at: $0).value }
    }
    return try call {
      for (index, parameter) in definition.parameters.enumerated() {
        try charge(1 + keywords.count)
        if index < arguments.positional.count {
          scope[parameter.name] = arguments.positional[index]
        } else if let value = takeKeyword(parameter.name) {
          scope[parameter.name] = value
        } else if let value = parameter.defaultValue {
          scope[parameter.name] = try evaluate(value, scope)
        } else {
          scope[parameter.name] = .undefined("parameter '\(parameter.name)' was not provided")
        }
      }
      if definition.usedNames.contains("caller"), scopeLacks("caller", definition) {
        scope["caller"] = takeKeyword("caller") ?? .undefined("No caller defined")
      }
      if definition.usedNames.contains("kwargs") {
        scope["kwargs"] = try mapping(keywords.map { (.string($0.name), $0.value) })
      } else if let extra = keywords.first {
        throw failure("macro '\(definition.name)' takes no keyword argument '\(extra.name)'")
      }
      let extra = arguments.positional.dropFirst(definition.parameters.count)
      if definition.usedNames.contains("varargs") {
        scope["varargs"] = try tuple(Array(extra))
      } else if !extra.isEmpty {
        throw failure(
          "macro '\(definition.name)' takes not more than \(definition.parameters.count)"
            + " argument(s)")
      }
      return .string(try captured { try run(definition.body, scope) }.text)
    }
  }

  private func scopeLacks(_ name: String, _ definition: Statement.Macro) -> Bool {
    !definition.parameters.contains { $0.name == name }
  }

  private func call(_ function: GlobalFunction, _ arguments: Arguments) throws -> Value {
    switch function {
    case .range: return try range(arguments)
    case .dictionary:
      return try mapping(entries(arguments, of: "dict"))
    case .namespace:
      let index = namespaces.count
      namespaces.append([:])
      for (key, value) in try entries(arguments, of: "namespace") {
        guard case .string(let name) = key else {
          throw failure("the attributes of a namespace are named by strings")
        }
        try setAttribute(name, of: index, to: value)
      }
      return .namespace(index)
    case .raiseException:
      let bound = try BoundArguments(
        arguments, ["message"], required: 1, of: function.rawValue, self)
      throw failure(
        "the template refuses the conversation: \(try string(of: bound["message"] ?? .none))")
    case .now:
      let bound = try BoundArguments(
        arguments, ["format"], required: 1, of: function.rawValue, self)
      return try text(clock.text(bound.optionalText("format") ?? "", place))
    }
  }

  /// The entries of `dict(...)` or `namespace(...)`: those of a mapping or of pairs, then the
  /// keyword arguments.
  private func entries(
    _ arguments: Arguments, of callee: String
  ) throws -> [(key: Value, value: Value)] {
    guard arguments.positional.count <= 1 else {
      throw failure("\(callee) takes at most one plain argument")
    }
    var entries: [(key: Value, value: Value)] = []
    if let first = arguments.positional.first {
      if case .mapping(let mapping) = first {
        entries = Array(zip(mapping.keys, mapping.values)).map { ($0, $1) }
      } else {
        entries = try elements(of: first).map { pair in
          let parts = try elements(of: pair)
          guard parts.count == 2 else { throw failure("\(callee) expects pairs") }
          return (parts[0], parts[1])
        }
      }
    }
    return entries + arguments.keywords.map { (.string($0.name), $0.value) }
  }

  private func range(_ arguments: Arguments) throws -> Value {
    let bounds = try arguments.positional.map { value -> Int in
      guard case .integer(let integer)? = value.numeric else {
        throw failure("'\(value.typeName)' object cannot be interpreted as an integer")
      }
      return integer
    }
    guard (1...3).contains(bounds.count), arguments.keywords.isEmpty else {
      throw failure("range takes one to three integers")
    }
    let range = IntegerRange(
      start: bounds.count == 1 ? 0 : bounds[0], stop: bounds.count == 1 ? bounds[0] : bounds[1],
      step: bounds.count == 3 ? bounds[2] : 1)
    guard range.step != 0 else { throw failure("range() arg 3 must not be zero") }
    let limit = TemplateLimits.rangeCount
    let (span, overflows) = range.stop.subtractingReportingOverflow(range.start)
    guard !overflows, range.step != .min, span.magnitude < 1 << 62, range.count <= limit else {
      throw failure(
        "Range too big. The sandbox blocks ranges larger than MAX_RANGE (\(limit)).")
    }
    return .range(range)
  }
}

/// The functions that every template can call.
enum GlobalFunction: String, CaseIterable {
  case range
  case dictionary = "dict"
  case namespace
  case raiseException = "raise_exception"
  case now = "strftime_now"
}

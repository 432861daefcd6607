// SPDX-License-Identifier: Apache-2.0

/// What an expression stands for: Python's values, as far as templates meet them.
///
/// Lists and mappings cannot be changed, as in Jinja's immutable sandbox. Nothing that holds values
/// can come to hold itself, and `depth` is bounded, so walking a value ends and so does freeing it.
enum Value {
  /// A name or an attribute that does not exist; prints as nothing and fails where it is used.
  case undefined(String)
  case none
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  /// Text marked safe, which knows only how to be printed and tested.
  case markup(String)
  case list(Elements)
  case tuple(Elements)
  case mapping(Mapping)
  case range(IntegerRange)
  /// `keys()`, `values()` or `items()` of a mapping: as a tuple's elements, but without indices.
  case view(Elements, of: String)
  case iterator(ValueIterator)
  /// A namespace, by its index in the interpreter, which owns all of them.
  case namespace(Int)
  case loop(LoopState)
  case macro(MacroValue)
  case function(GlobalFunction)
  case method(BoundMethod)

  init(_ literal: Expression.Literal) {
    self =
      switch literal {
      case .none: .none
      case .boolean(let value): .boolean(value)
      case .integer(let value): .integer(value)
      case .number(let value): .number(value)
      case .string(let value): .string(value)
      }
  }

  /// How deep values nest in it.
  var depth: Int {
    switch self {
    case .list(let elements), .tuple(let elements), .view(let elements, _): elements.depth
    case .mapping(let mapping): mapping.depth
    case .iterator(let iterator): iterator.depth
    case .loop(let loop): loop.depth
    case .method(let method): method.receiver.depth + 1
    default: 0
    }
  }

  /// What Python calls its type.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .boolean: "bool"
    case .integer: "int"
    case .number: "float"
    case .string: "str"
    case .markup: "Markup"
    case .list: "list"
    case .tuple: "tuple"
    case .mapping: "dict"
    case .range: "range"
    case .view(_, let name): "dict_\(name)"
    case .iterator: "generator"
    case .namespace: "Namespace"
    case .loop: "LoopContext"
    case .macro: "Macro"
    case .function: "function"
    case .method: "builtin_function_or_method"
    }
  }

  /// The number that arithmetic sees: truth values count.
  var numeric: Numeric? {
    switch self {
    case .boolean(let value): .integer(value ? 1 : 0)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    default: nil
    }
  }

  enum Numeric {
    case integer(Int)
    case number(Double)

    var asDouble: Double {
      switch self {
      case .integer(let value): Double(value)
      case .number(let value): value
      }
    }
  }

  var isUndefined: Bool {
    if case .undefined = self { true } else { false }
  }

  /// Whether it counts as true.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .string(let text), .markup(let text): !text.isEmpty
    case .list(let elements), .tuple(let elements), .view(let elements, _):
      !elements.values.isEmpty
    case .mapping(let mapping): !mapping.keys.isEmpty
    case .range(let range): range.count > 0
    default: true
    }
  }
}

/// The elements of a list or a tuple.
final class Elements {
  let values: [Value]
  let depth: Int

  init(_ values: [Value]) {
    self.values = values
    depth = 1 + (values.lazy.map(\.depth).max() ?? 0)
  }
}

/// Elements that are read once, as Python's generators.
final class ValueIterator {
  private var remaining: ArraySlice<Value>
  let depth: Int

  init(_ values: [Value]) {
    remaining = values[...]
    depth = 1 + (values.lazy.map(\.depth).max() ?? 0)
  }

  /// How many are left.
  var count: Int { remaining.count }

  /// The next element, nil at the end.
  func next() -> Value? { remaining.popFirst() }

  /// All elements that are left.
  func takeAll() -> [Value] {
    defer { remaining = [] }
    return Array(remaining)
  }
}

/// Evenly spaced integers.
struct IntegerRange {
  let start: Int
  let stop: Int
  let step: Int

  /// How many there are; the interpreter makes no range whose bounds overflow.
  var count: Int {
    if step > 0 { return start < stop ? (stop - start - 1) / step + 1 : 0 }
    return start > stop ? (start - stop - 1) / -step + 1 : 0
  }

  subscript(index: Int) -> Int { start + index * step }
}

/// A method with the value it was taken from.
final class BoundMethod {
  let receiver: Value
  let name: String

  init(_ receiver: Value, _ name: String) {
    self.receiver = receiver
    self.name = name
  }
}

/// A macro with the variables that it sees.
final class MacroValue {
  let definition: Statement.Macro
  /// The interpreter keeps the scopes of macros alive: a scope holds its macros.
  unowned let scope: Scope

  init(_ definition: Statement.Macro, _ scope: Scope) {
    self.definition = definition
    self.scope = scope
  }
}

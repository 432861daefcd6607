// SPDX-License-Identifier: Apache-2.0

/// The value of an expression: the Python values that templates use.
///
/// Lists and mappings are immutable, as in Jinja's sandbox. No value can come to contain itself,
/// and `depth` is bounded, so traversing a value terminates and so does freeing it.
enum Value {
  /// A name or an attribute that does not exist, with the message for its use; prints as nothing.
  case undefined(String)
  case none
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  /// Text marked safe, which supports only printing and tests.
  case markup(String)
  case list(Elements)
  case tuple(Elements)
  case mapping(Mapping)
  case range(IntegerRange)
  /// `keys()`, `values()` or `items()` of a mapping: iterable like a tuple, but without indices.
  case view(Elements, of: String)
  case iterator(ValueIterator)
  /// A namespace, by its index in the interpreter, which owns them all.
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

  /// The number of levels of nested values; 0 for a value that contains none.
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

  /// The name of the value's Python type.
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

  /// The value as a number; booleans are 0 and 1, and other values that are no numbers are nil.
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

  /// The truth value.
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

/// Elements that can be read once, as from a Python generator.
final class ValueIterator {
  private var remaining: ArraySlice<Value>
  let depth: Int

  init(_ values: [Value]) {
    remaining = values[...]
    depth = 1 + (values.lazy.map(\.depth).max() ?? 0)
  }

  /// The number of elements left.
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

  /// The number of integers; the interpreter creates no range whose bounds overflow.
  var count: Int {
    if step > 0 { return start < stop ? (stop - start - 1) / step + 1 : 0 }
    return start > stop ? (start - stop - 1) / -step + 1 : 0
  }

  subscript(index: Int) -> Int { start + index * step }
}

/// A method bound to its receiver.
final class BoundMethod {
  let receiver: Value
  let name: String

  init(_ receiver: Value, _ name: String) {
    self.receiver = receiver
    self.name = name
  }
}

/// A macro with the scope in which it was defined.
final class MacroValue {
  let definition: Statement.Macro
  /// Unowned because a scope owns its macros; the interpreter keeps the scope alive.
  unowned let scope: Scope

  init(_ definition: Statement.Macro, _ scope: Scope) {
    self.definition = definition
    self.scope = scope
  }
}

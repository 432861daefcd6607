// SPDX-License-Identifier: Apache-2.0

/// A test, applied with `is`.
struct ValueTest: Sendable {
  let body: @Sendable (Interpreter, Value, Arguments) throws -> Bool

  /// A test without arguments.
  private static func plain(
    _ name: String, _ body: @escaping @Sendable (Interpreter, Value) throws -> Bool
  ) -> ValueTest {
    ValueTest { run, value, arguments in
      _ = try BoundArguments(arguments, [], of: "the test \(name)", run)
      return try body(run, value)
    }
  }

  /// A test with one argument.
  private static func against(
    _ body: @escaping @Sendable (Interpreter, Value, Value) throws -> Bool
  ) -> ValueTest {
    ValueTest { run, value, arguments in
      let bound = try BoundArguments(arguments, ["other"], required: 1, of: "the test", run)
      return try body(run, value, bound["other"] ?? .none)
    }
  }

  private static func relation(_ relation: Relation) -> ValueTest {
    against { try $0.holds(relation, $1, $2) }
  }

  /// All tests by name.
  static let table: [String: ValueTest] = kinds.merging(relations) { first, _ in first }

  private static let relations: [String: ValueTest] = [
    "eq": relation(.equal), "equalto": relation(.equal), "==": relation(.equal),
    "ne": relation(.notEqual), "!=": relation(.notEqual), "lt": relation(.less),
    "lessthan": relation(.less), "<": relation(.less), "le": relation(.atMost),
    "<=": relation(.atMost), "gt": relation(.greater), "greaterthan": relation(.greater),
    ">": relation(.greater), "ge": relation(.atLeast), ">=": relation(.atLeast),
    "in": relation(.isIn),
    "divisibleby": against { run, value, divisor in
      try run.areEqual(run.combine(.remainder, value, divisor), .integer(0))
    },
    "sameas": against { run, value, other in
      switch (value, other) {
      case (.none, .none): return true
      case (.boolean(let first), .boolean(let second)): return first == second
      case (.namespace(let first), .namespace(let second)): return first == second
      default:
        guard value.typeName != other.typeName else {
          throw run.failure("sameas of two values of type \(value.typeName) is not supported")
        }
        return false
      }
    },
  ]

  private static let kinds: [String: ValueTest] = [
    "defined": plain("defined") { !$1.isUndefined },
    "undefined": plain("undefined") { $1.isUndefined },
    "none": plain("none") { $1.isNone },
    "boolean": plain("boolean") { _, value in
      if case .boolean = value { true } else { false }
    },
    "true": plain("true") { _, value in
      if case .boolean(true) = value { true } else { false }
    },
    "false": plain("false") { _, value in
      if case .boolean(false) = value { true } else { false }
    },
    "integer": plain("integer") { _, value in
      if case .integer = value { true } else { false }
    },
    "float": plain("float") { _, value in
      if case .number = value { true } else { false }
    },
    "number": plain("number") { $1.numeric != nil },
    "string": plain("string") { _, value in
      switch value {
      case .string, .markup: true
      default: false
      }
    },
    "mapping": plain("mapping") { _, value in
      if case .mapping = value { true } else { false }
    },
    "sequence": plain("sequence") { _, value in
      switch value {
      case .string, .markup, .list, .tuple, .mapping, .range: true
      default: false
      }
    },
    "iterable": plain("iterable") { _, value in
      switch value {
      case .undefined, .string, .markup, .list, .tuple, .mapping, .range, .view, .iterator, .loop:
        true
      default: false
      }
    },
    "callable": plain("callable") { _, value in
      switch value {
      case .macro, .function, .method, .loop: true
      // Undefined has __call__, which raises.
      case .undefined: true
      default: false
      }
    },
    "escaped": plain("escaped") { _, value in
      if case .markup = value { true } else { false }
    },
    "odd": plain("odd") { run, value in
      try run.areEqual(run.combine(.remainder, value, .integer(2)), .integer(1))
    },
    "even": plain("even") { run, value in
      try run.areEqual(run.combine(.remainder, value, .integer(2)), .integer(0))
    },
    "lower": plain("lower") { PythonText.isLowercase(try $0.string(of: $1)) },
    "upper": plain("upper") { PythonText.isUppercase(try $0.string(of: $1)) },
    "filter": plain("filter") { run, value in Filter.table[try run.string(of: value)] != nil },
    "test": plain("test") { run, value in
      let name = try run.string(of: value)
      return relations[name] != nil || isKind(name)
    },
  ]

  private static func isKind(_ name: String) -> Bool { kinds[name] != nil }
}

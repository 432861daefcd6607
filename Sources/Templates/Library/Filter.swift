// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A filter, applied with `|`.
struct Filter: Sendable {
  typealias Body = @Sendable (Interpreter, Value, Arguments) throws -> Value

  let body: Body

  /// All filters by name.
  static let table: [String: Filter] =
    text.merging(sequences) { first, _ in first }.merging(numbers) { first, _ in first }

  /// A filter with named parameters, of which the first `required` must be given.
  static func taking(
    _ parameters: String..., required: Int = 0,
    _ body: @escaping @Sendable (Interpreter, Value, BoundArguments) throws -> Value
  ) -> Filter {
    Filter { run, value, arguments in
      try body(
        run, value,
        BoundArguments(arguments, parameters, required: required, of: "the filter", run))
    }
  }

  /// A filter without parameters that maps strings; other values are converted to strings first.
  static func mapping(_ body: @escaping @Sendable (String) -> String) -> Filter {
    taking { run, value, _ in try run.text(body(run.string(of: value))) }
  }
}

extension Interpreter {
  /// `float(text)`, charged for its length.
  fileprivate func number(_ text: String) throws -> Double? {
    try charge(bytes: text.utf8.count)
    return PythonNumber.number(text)
  }
}

extension Filter {
  fileprivate static let numbers: [String: Filter] = [
    "abs": taking { run, value, _ in
      switch try run.requireNumber(value, "abs()").numeric {
      case .number(let number)?: .number(abs(number))
      case .integer(let integer)? where integer < 0: try run.negated(.integer(integer))
      case .integer(let integer)?: .integer(integer)
      case nil: value
      }
    },
    "int": taking("default", "base") { run, value, arguments in
      if case .undefined(let message) = value { throw run.failure(message) }
      let base = try arguments.integer("base", default: 10)
      let fallback = arguments["default"] ?? .integer(0)
      if case .string(let text) = value {
        try run.charge(bytes: text.utf8.count)
        do throws(PythonNumber.Overflow) {
          if let integer = try PythonNumber.integer(text, base: base) { return .integer(integer) }
        } catch {
          throw run.failure("\(text.excerpt) is beyond whole numbers of 64 bits")
        }
        return try run.whole(PythonNumber.number(text)) ?? fallback
      }
      switch value.numeric {
      case .integer(let integer)?: return .integer(integer)
      case .number(let number)?:
        return try run.whole(number) ?? fallback
      case nil: return fallback
      }
    },
    "float": taking("default") { run, value, arguments in
      if case .undefined(let message) = value { throw run.failure(message) }
      let number: Double? =
        if case .string(let text) = value { try run.number(text) } else {
          value.numeric?.asDouble
        }
      return number.map { .number($0) } ?? arguments["default"] ?? .number(0)
    },
    "round": taking("precision", "method") { run, value, arguments in
      try run.rounded(
        value, arguments.integer("precision", default: 0),
        arguments.optionalText("method") ?? "common")
    },
    "sum": taking("attribute", "start") { run, value, arguments in
      let values = try run.attributes(arguments["attribute"], of: run.elements(of: value))
      return try values.reduce(arguments["start"] ?? .integer(0)) { try run.combine(.add, $0, $1) }
    },
  ]
}

extension Interpreter {
  /// Python's `int` of a floating-point number; nil if there is none, or if it is not finite.
  ///
  /// - Throws: If it does not fit 64 bits, to which whole numbers are limited here.
  fileprivate func whole(_ number: Double?) throws -> Value? {
    guard let number = number?.rounded(.towardZero), number.isFinite else { return nil }
    guard let integer = Int(exactly: number) else {
      throw failure("\(PythonNumber.text(number)) is beyond whole numbers of 64 bits")
    }
    return .integer(integer)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Interpreter {
  /// The result of a binary operation, by Python's rules.
  func combine(_ operation: Arithmetic, _ left: Value, _ right: Value) throws -> Value {
    if let first = left.numeric, let second = right.numeric {
      if case (.integer(let first), .integer(let second)) = (first, second) {
        return try integers(operation, first, second)
      }
      return .number(try numbers(operation, first.asDouble, second.asDouble))
    }
    switch (operation, left, right) {
    case (_, .undefined(let message), _): throw failure(message)
    case (.remainder, .string(let format), _):
      try charge(bytes: format.utf8.count)
      return try text(formatted(format, right))
    case (_, _, .undefined(let message)): throw failure(message)
    case (.add, .string(let first), .string(let second)): return try text(first + second)
    case (.add, .list(let first), .list(let second)): return try list(first.values + second.values)
    case (.add, .tuple(let first), .tuple(let second)):
      return try tuple(first.values + second.values)
    case (.multiply, _, _):
      if case .integer(let count)? = right.numeric { return try repeated(left, count, right) }
      if case .integer(let count)? = left.numeric { return try repeated(right, count, left) }
      throw unsupported(operation, left, right)
    case (.add, .string, _):
      throw failure("can only concatenate str (not \"\(right.typeName)\") to str")
    default: throw unsupported(operation, left, right)
    }
  }

  /// `-value`.
  func negated(_ value: Value) throws -> Value {
    switch try requireNumber(value, "unary -").numeric {
    case .number(let number)?: return .number(-number)
    case .integer(let integer)? where integer != .min: return .integer(-integer)
    default: throw overflow()
    }
  }

  /// Returns the value if it is a number.
  ///
  /// - Throws: `SPINError` if it is not, with `operation` in the message.
  func requireNumber(_ value: Value, _ operation: String) throws -> Value {
    if case .undefined(let message) = value { throw failure(message) }
    guard value.numeric != nil else {
      throw failure("bad operand type for \(operation): '\(value.typeName)'")
    }
    return value
  }

  private func unsupported(
    _ operation: Arithmetic, _ left: Value, _ right: Value
  ) -> any Error {
    failure(
      "unsupported operand type(s) for \(operation.rawValue): '\(left.typeName)' and"
        + " '\(right.typeName)'")
  }

  private func overflow() -> any Error {
    failure("an integer does not fit 64 bits, which Python would not mind and we do not support")
  }

  private func integers(_ operation: Arithmetic, _ left: Int, _ right: Int) throws -> Value {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .add: result = left.addingReportingOverflow(right)
    case .subtract: result = left.subtractingReportingOverflow(right)
    case .multiply: result = left.multipliedReportingOverflow(by: right)
    case .divide: return .number(try numbers(operation, Double(left), Double(right)))
    case .floorDivide, .remainder:
      guard right != 0 else { throw failure("integer division or modulo by zero") }
      let quotient = left.dividedReportingOverflow(by: right)
      guard !quotient.overflow else { throw overflow() }
      let rest = left % right
      // Python rounds toward minus infinity, so the remainder has the sign of the divisor.
      let isOff = rest != 0 && (rest < 0) != (right < 0)
      if operation == .floorDivide { return .integer(quotient.partialValue - (isOff ? 1 : 0)) }
      return .integer(isOff ? rest + right : rest)
    case .power:
      guard right >= 0 else { return .number(try numbers(operation, Double(left), Double(right))) }
      return .integer(try power(left, right))
    }
    guard !result.overflow else { throw overflow() }
    return .integer(result.partialValue)
  }

  private func power(_ base: Int, _ exponent: Int) throws -> Int {
    if base == 0 || base == 1 { return exponent == 0 ? 1 : base }
    if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
    var result = 1
    for _ in 0..<min(exponent, 64) {
      let (next, overflows) = result.multipliedReportingOverflow(by: base)
      guard !overflows else { throw overflow() }
      result = next
    }
    return result
  }

  private func numbers(_ operation: Arithmetic, _ left: Double, _ right: Double) throws -> Double {
    switch operation {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .divide:
      guard right != 0 else { throw failure("division by zero") }
      return left / right
    case .floorDivide, .remainder:
      guard right != 0 else { throw failure("float floor division or modulo by zero") }
      var rest = fmod(left, right)
      // As in CPython's float_divmod.
      var quotient = (left - rest) / right
      if rest != 0, (rest < 0) != (right < 0) {
        rest += right
        quotient -= 1
      } else if rest == 0 {
        rest = right.sign == .minus ? -0.0 : 0.0
      }
      if operation == .remainder { return rest }
      guard quotient != 0 else { return (left / right).sign == .minus ? -0.0 : 0.0 }
      let floor = quotient.rounded(.down)
      return quotient - floor > 0.5 ? floor + 1 : floor
    case .power:
      guard left >= 0 || right == right.rounded() else {
        throw failure("a power of a negative number is complex, which is not supported")
      }
      guard left != 0 || right >= 0 else {
        throw failure("0.0 cannot be raised to a negative power")
      }
      return pow(left, right)
    }
  }

  private func repeated(_ value: Value, _ count: Int, _ factor: Value) throws -> Value {
    let count = max(count, 0)
    // Returned at once: an empty value has no elements to charge, whatever the factor.
    switch value {
    case .string(let text) where text.isEmpty: return value
    case .list(let list) where list.values.isEmpty, .tuple(let list) where list.values.isEmpty:
      return value
    default: break
    }
    func total(_ length: Int) throws -> Int {
      let (product, overflows) = length.multipliedReportingOverflow(by: count)
      return overflows ? Int.max : product
    }
    switch value {
    case .string(let text):
      try charge(bytes: total(text.utf8.count))
      return .string(String(repeating: text, count: count))
    case .list(let list), .tuple(let list):
      let length = try total(list.values.count)
      try charge(min(length, TemplateLimits.steps + 1))
      let values = Array(repeatElement(list.values, count: count).joined())
      if case .list = value { return try self.list(values) }
      return try tuple(values)
    default: throw unsupported(.multiply, value, factor)
    }
  }
}

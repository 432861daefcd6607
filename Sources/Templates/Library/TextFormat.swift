// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Interpreter {
  // MARK: - Percent

  /// `format % values`: `%s`, `%r`, `%d`, `%i`, `%f` and `%%`, with width, precision, `-` and `0`.
  func formatted(_ format: String, _ values: Value) throws -> String {
    let scalars = Array(format.unicodeScalars)
    var rest: ArraySlice<Value>
    if case .tuple(let list) = values { rest = list.values[...] } else { rest = [values] }
    var isKeyed = false
    var result = ""
    var index = 0
    while index < scalars.count {
      guard scalars[index] == "%" else {
        result.unicodeScalars.append(scalars[index])
        index += 1
        continue
      }
      index += 1
      var key: String?
      if index < scalars.count, scalars[index] == "(" {
        guard let end = scalars[index...].firstIndex(of: ")") else {
          throw failure("incomplete format key")
        }
        key = String(scalars[index + 1..<end])
        index = end + 1
        isKeyed = true
      }
      let field = try PercentField(scalars, &index, self)
      if field.conversion == "%" {
        result += "%"
        continue
      }
      let value: Value
      if let key {
        guard case .mapping(let mapping) = values else {
          throw failure("format requires a mapping")
        }
        guard let found = mapping[key] else { throw failure("the format names no key \"\(key)\"") }
        value = found
      } else {
        guard let next = rest.popFirst() else {
          throw failure("not enough arguments for format string")
        }
        value = next
      }
      result += try field.text(of: value, self)
      try charge(bytes: result.utf8.count > TemplateLimits.outputBytes ? result.utf8.count : 0)
    }
    if case .mapping = values { return result }
    guard isKeyed || rest.isEmpty else {
      throw failure("not all arguments converted during string formatting")
    }
    return result
  }

  // MARK: - Braces

  /// `format.format(...)` with the fields `{}`, `{0}` and `{name}`; other syntax is refused.
  func formatted(braces format: String, _ arguments: Arguments) throws -> String {
    let scalars = Array(format.unicodeScalars)
    var result = ""
    var index = 0
    var position = 0
    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      guard scalar == "{" || scalar == "}" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      if index < scalars.count, scalars[index] == scalar {
        result.unicodeScalars.append(scalar)
        index += 1
        continue
      }
      guard scalar == "{", let end = scalars[index...].firstIndex(of: "}") else {
        throw failure("a format string has a single brace")
      }
      let name = String(scalars[index..<end])
      index = end + 1
      guard name.unicodeScalars.allSatisfy({ $0 == "_" || $0.properties.isXIDContinue }) else {
        throw failure(
          "the format field {\(name)} is not supported; supported are {}, {0} and {name}")
      }
      let place = name.isEmpty ? position : Int(name)
      if name.isEmpty { position += 1 }
      let value: Value?
      if let place {
        value = arguments.positional.indices.contains(place) ? arguments.positional[place] : nil
      } else {
        try charge(arguments.keywords.count)
        value = arguments.keywords.first { $0.name == name }?.value
      }
      guard let value else { throw failure("the format field {\(name)} has no argument") }
      result += try string(of: value)
      if result.utf8.count > TemplateLimits.outputBytes { try charge(bytes: result.utf8.count) }
    }
    return result
  }

  // MARK: - Rounding

  /// The filter `round`.
  func rounded(_ value: Value, _ precision: Int, _ method: String) throws -> Value {
    guard ["common", "ceil", "floor"].contains(method) else {
      throw failure("method must be common, ceil or floor")
    }
    guard (0...300).contains(precision) else {
      throw failure("the precision \(precision) is not supported, expected 0 to 300")
    }
    guard let number = try requireNumber(value, "round").numeric else { return value }
    if method == "common" {
      if case .integer = number { return value }
      let double = number.asDouble
      guard double.isFinite else { return .number(double) }
      if precision == 0 { return .number(double.rounded(.toNearestOrEven)) }
      return .number(Double(String(format: "%.\(precision)f", double)) ?? double)
    }
    let factor = pow(10, Double(precision))
    let scaled = number.asDouble * factor
    return .number((method == "ceil" ? scaled.rounded(.up) : scaled.rounded(.down)) / factor)
  }
}

/// One conversion of a format, such as `%-5s`.
private struct PercentField {
  var conversion: Unicode.Scalar = "s"
  private var isLeft = false
  private var isZeroFilled = false
  private var width = 0
  private var precision: Int?

  init(_ scalars: [Unicode.Scalar], _ index: inout Int, _ run: Interpreter) throws {
    func number() -> Int {
      var value = 0
      while index < scalars.count, ("0"..."9").contains(scalars[index]) {
        value = min(value * 10 + Int(scalars[index].value - 48), TemplateLimits.outputBytes + 1)
        index += 1
      }
      return value
    }
    while index < scalars.count, scalars[index] == "-" || scalars[index] == "0" {
      if scalars[index] == "-" { isLeft = true } else { isZeroFilled = true }
      index += 1
    }
    width = number()
    if index < scalars.count, scalars[index] == "." {
      index += 1
      precision = number()
    }
    guard index < scalars.count else { throw run.failure("incomplete format") }
    conversion = scalars[index]
    index += 1
    guard ["s", "r", "d", "i", "f", "%"].contains(conversion) else {
      throw run.failure(
        "the format %\(conversion) is not supported; supported are %s, %r, %d, %i, %f and %%")
    }
  }

  func text(of value: Value, _ run: Interpreter) throws -> String {
    var text: String
    switch conversion {
    case "d", "i":
      guard let number = value.numeric else {
        throw run.failure("%d format: a real number is required, not \(value.typeName)")
      }
      switch number {
      case .integer(let integer): text = String(integer)
      case .number(let double):
        guard let whole = Int(exactly: double.rounded(.towardZero)) else {
          throw run.failure("cannot convert \(PythonNumber.text(double)) to integer")
        }
        text = String(whole)
      }
    case "f":
      guard let number = value.numeric else {
        throw run.failure("must be real number, not \(value.typeName)")
      }
      text = String(format: "%.\(min(precision ?? 6, 1000))f", number.asDouble)
    default:
      text = conversion == "r" ? try run.representation(of: value) : try run.string(of: value)
      if let precision { text = String(text.unicodeScalars.prefix(precision)) }
    }
    let missing = max(0, width - text.unicodeScalars.count)
    try run.charge(bytes: missing)
    if isLeft { return text + String(repeating: " ", count: missing) }
    guard isZeroFilled, conversion != "s", conversion != "r" else {
      return String(repeating: " ", count: missing) + text
    }
    let sign = text.hasPrefix("-") ? 1 : 0
    return text.prefix(sign) + String(repeating: "0", count: missing) + text.dropFirst(sign)
  }
}

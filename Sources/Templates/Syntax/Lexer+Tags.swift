// SPDX-License-Identifier: Apache-2.0

extension Lexer {
  /// Appends the tokens of one tag, including its end.
  mutating func lexTag(isVariable: Bool, _ openingLine: Int) throws {
    // Inside brackets `}}` does not end the tag: `{{ {"a": {}} }}`.
    var expected: [Symbol] = []
    while true {
      advance(to: skippingSpace(from: position))
      guard position < source.count else {
        throw TemplatePlace(name: name, line: openingLine)
          .failure("a tag is opened here and never closed")
      }
      if expected.isEmpty, let end = tagEnd(at: position, isVariable: isVariable) {
        append(isVariable ? .variableEnd : .blockEnd)
        return leave(at: end)
      }
      let scalar = source[position]
      if ("0"..."9").contains(scalar) {
        try lexNumber()
      } else if scalar == "_" || scalar.properties.isXIDStart {
        try lexName()
      } else if scalar == "\"" || scalar == "'" {
        try lexString(quote: scalar)
      } else {
        try lexSymbol(&expected)
      }
    }
  }

  private mutating func lexName() throws {
    var end = position
    while end < source.count, source[end] == "_" || source[end].properties.isXIDContinue {
      end += 1
    }
    let name = String(source[position..<end])
    guard name.utf8.count <= TemplateLimits.nameBytes else {
      throw failure(
        "a name has \(name.utf8.count) bytes, at most \(TemplateLimits.nameBytes) are expected")
    }
    append(.name(name))
    position = end
  }

  private mutating func lexSymbol(_ expected: inout [Symbol]) throws {
    guard let symbol = Symbol.allCases.first(where: { matches($0.rawValue, at: position) }) else {
      throw failure("the character \"\(source[position])\" is unexpected inside a tag")
    }
    if let closing = symbol.closing { expected.append(closing) }
    if [.rightBracket, .rightBrace, .rightParenthesis].contains(symbol) {
      guard let last = expected.popLast() else {
        throw failure("\"\(symbol.rawValue)\" closes nothing")
      }
      guard last == symbol else {
        throw failure("\"\(symbol.rawValue)\" is found where \"\(last.rawValue)\" is expected")
      }
    }
    append(.symbol(symbol))
    position += symbol.rawValue.utf8.count
  }

  // MARK: - Numbers

  private mutating func lexNumber() throws {
    let start = position
    let radices: [Unicode.Scalar: Int] = ["b": 2, "B": 2, "o": 8, "O": 8, "x": 16, "X": 16]
    if source[start] == "0", start + 1 < source.count, let radix = radices[source[start + 1]] {
      // An underscore may follow the prefix: `0x_ff`.
      let joint = start + 2 < source.count && source[start + 2] == "_" ? 1 : 0
      if let end = digits(from: start + 2 + joint, radix: radix) {
        return try appendInteger(source[start + 2..<end], radix: radix, end: end)
      }
    }
    // After a dot, digits are an index and never a fraction: `x.0.1`.
    let mayBeFraction = start == 0 || source[start - 1] != "."
    if mayBeFraction, let end = fractionEnd(from: start) {
      guard let value = Double(String(source[start..<end]).filter { $0 != "_" }) else {
        throw failure("\(String(source[start..<end])) is no number")
      }
      append(.number(value))
      position = end
      return
    }
    // A leading zero is a number by itself; digits after it then fail to parse, as in Jinja.
    let end = digits(from: start, radix: source[start] == "0" ? 1 : 10) ?? start + 1
    try appendInteger(source[start..<end], radix: 10, end: end)
  }

  private mutating func appendInteger(
    _ digits: ArraySlice<Unicode.Scalar>, radix: Int, end: Int
  ) throws {
    guard let value = Int(String(digits).filter { $0 != "_" }, radix: radix) else {
      throw failure("the integer \(String(digits)) does not fit 64 bits")
    }
    append(.integer(value))
    position = end
  }

  /// The end of a run of digits, which single underscores may separate; nil if no digit is at
  /// `start`.
  private func digits(from start: Int, radix: Int) -> Int? {
    func isDigit(_ index: Int) -> Bool {
      guard index < source.count, source[index].isASCII else { return false }
      return Character(source[index]).hexDigitValue.map { $0 < radix } ?? false
    }
    guard isDigit(start) else { return nil }
    var end = start
    while isDigit(end) || (end < source.count && source[end] == "_" && isDigit(end + 1)) {
      end += 1
    }
    return end
  }

  /// The end of a number that has a fraction, an exponent or both; nil if it has neither.
  private func fractionEnd(from start: Int) -> Int? {
    guard let whole = digits(from: start, radix: 10) else { return nil }
    var end = whole
    if end < source.count, source[end] == ".", let fraction = digits(from: end + 1, radix: 10) {
      end = fraction
    }
    if end < source.count, source[end] == "e" || source[end] == "E" {
      let hasSign = end + 1 < source.count && (source[end + 1] == "+" || source[end + 1] == "-")
      if let exponent = digits(from: end + (hasSign ? 2 : 1), radix: 10) { end = exponent }
    }
    return end > whole ? end : nil
  }

  // MARK: - Strings

  private mutating func lexString(quote: Unicode.Scalar) throws {
    var end = position + 1
    while end < source.count, source[end] != quote { end += source[end] == "\\" ? 2 : 1 }
    guard end < source.count else { throw failure("a string is opened here and never closed") }
    append(.string(try StringLiteral.unescaped(source[position + 1..<end], failure)))
    advance(to: end + 1)
  }
}

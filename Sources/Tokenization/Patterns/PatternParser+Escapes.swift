// SPDX-License-Identifier: Apache-2.0

extension PatternParser {
  /// The meaning of an escape that is allowed both inside and outside of classes.
  enum Escape {
    case scalar(UInt32)
    case set(ScalarSet)
  }

  /// Parses an escape outside of a class after its backslash, which is at `start`.
  mutating func escape(from start: Int) throws -> PatternNode {
    guard let next = peek() else { throw failure("nothing follows this backslash", at: start) }
    switch next {
    case "A": return anchor(.textStart)
    case "z": return anchor(.textEnd)
    case "Z": return anchor(.textEndOrFinalNewline)
    case "b": return anchor(.wordBoundary)
    case "B": return anchor(.noWordBoundary)
    case "R":
      position += 1
      let breaks = ScalarSet([0x0A..<0x0E, 0x85..<0x86, 0x2028..<0x202A])
      return .atomic(
        .alternatives([
          .sequence([.scalar(ScalarSet(0x0D)), .scalar(ScalarSet(0x0A))]), .scalar(breaks),
        ]))
    case "N" where peek(1).map({ $0 != "{" }) ?? true:
      position += 1
      return .scalar(ScalarSet.newline.complement)
    case "O":
      position += 1
      return .scalar(.all)
    case "Q": throw unsupported(from: start, "a quotation")
    default:
      switch try sharedEscape(from: start) {
      case .scalar(let scalar):
        if options.ignoresCase, CaseFolding.hasSequences(ScalarSet(scalar)) {
          throw unsupported(from: start, "a letter that is equal to several where case is ignored")
        }
        return .scalar(folded(ScalarSet(scalar)))
      case .set(.word): return .scalar(.wordOutsideClasses)
      case .set(ScalarSet.word.complement):
        return .scalar(ScalarSet.wordOutsideClasses.complement)
      // A property on its own is not extended if case is ignored.
      case .set(let set): return .scalar(set)
      }
    }
  }

  private mutating func anchor(_ anchor: PatternNode.Anchor) -> PatternNode {
    position += 1
    return .anchor(anchor)
  }

  /// Parses an escape that has the same meaning inside and outside of a class, after its backslash.
  mutating func sharedEscape(from start: Int) throws -> Escape {
    guard let letter = peek() else { throw failure("nothing follows this backslash", at: start) }
    position += 1
    switch letter {
    case "t": return .scalar(0x09)
    case "n": return .scalar(0x0A)
    case "v": return .scalar(0x0B)
    case "f": return .scalar(0x0C)
    case "r": return .scalar(0x0D)
    case "a": return .scalar(0x07)
    case "e": return .scalar(0x1B)
    case "d": return .set(.digit)
    case "D": return .set(ScalarSet.digit.complement)
    case "s": return .set(.space)
    case "S": return .set(ScalarSet.space.complement)
    case "w": return .set(.word)
    case "W": return .set(ScalarSet.word.complement)
    case "h": return .set(.hexadecimalDigit)
    case "H": return .set(ScalarSet.hexadecimalDigit.complement)
    case "p" where peek() == 0x7B: return .set(try property(isNegative: false, from: start))
    case "P" where peek() == 0x7B: return .set(try property(isNegative: true, from: start))
    case "x": return .scalar(try hexadecimal(from: start))
    case "u": return .scalar(try scalar(ofDigits: 4, from: start))
    case "0": return .scalar(octal())
    case "1", "2", "3", "4", "5", "6", "7", "8", "9":
      throw unsupported(from: start, "a backreference or octal number")
    default:
      let isLetter = (0x41..<0x5B).contains(letter) || (0x61..<0x7B).contains(letter)
      guard !isLetter else { throw unsupported(from: start, "this escape") }
      return .scalar(letter)
    }
  }

  /// Parses `{name}` or `{^name}` after `\p` or `\P`.
  private mutating func property(isNegative: Bool, from start: Int) throws -> ScalarSet {
    position += 1
    let isInverted = take("^")
    let nameStart = position
    while let next = peek(), next != "}" { position += 1 }
    let name = String(
      String.UnicodeScalarView(text[nameStart..<position].compactMap(Unicode.Scalar.init)))
    guard take("}") else { throw failure("this property is not closed", at: start) }
    guard let set = ScalarSet.property(name) else {
      throw unsupported(from: start, "this property")
    }
    return isNegative != isInverted ? set.complement : set
  }

  private mutating func octal() -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<2 {
      guard let digit = peek(), (0x30..<0x38).contains(digit) else { break }
      value = value * 8 + digit - 0x30
      position += 1
    }
    return value
  }

  /// Parses the digits of `\xHH` or `\x{H...}`.
  private mutating func hexadecimal(from start: Int) throws -> UInt32 {
    guard take("{") else {
      let value = try scalar(ofDigits: 2, from: start)
      // Oniguruma interprets two digits as a byte of the encoding, not as a scalar.
      guard value < 0x80 else { throw unsupported(from: start, "a byte that is no character") }
      return value
    }
    var value: UInt32 = 0
    var count = 0
    while let digit = peek().flatMap(Self.digitValue), count < 8 {
      value = value << 4 | digit
      position += 1
      count += 1
    }
    guard count > 0, take("}") else {
      throw failure("hexadecimal digits and a closing brace are expected after \\x{", at: start)
    }
    return try checked(value, from: start)
  }

  private mutating func scalar(ofDigits count: Int, from start: Int) throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let digit = peek().flatMap(Self.digitValue) else {
        throw failure("\(count) hexadecimal digits are expected", at: start)
      }
      value = value << 4 | digit
      position += 1
    }
    return try checked(value, from: start)
  }

  private func checked(_ value: UInt32, from start: Int) throws -> UInt32 {
    guard Unicode.Scalar(value) != nil else {
      throw unsupported(from: start, "a number that is no Unicode scalar")
    }
    return value
  }

  private static func digitValue(_ scalar: UInt32) -> UInt32? {
    switch scalar {
    case 0x30..<0x3A: scalar - 0x30
    case 0x41..<0x47: scalar - 0x41 + 10
    case 0x61..<0x67: scalar - 0x61 + 10
    default: nil
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// A token: text between tags, a delimiter of a tag, or a word or symbol inside one.
struct Token: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case text(String)
    case variableBegin, variableEnd, blockBegin, blockEnd
    case name(String)
    case string(String)
    case integer(Int)
    case number(Double)
    case symbol(Symbol)
    case end
  }

  let kind: Kind
  /// The line on which the token begins, counted from 1.
  let line: Int

  /// How messages name the token.
  var description: String {
    switch kind {
    case .text: "text"
    case .variableBegin: "\"{{\""
    case .variableEnd: "\"}}\""
    case .blockBegin: "\"{%\""
    case .blockEnd: "\"%}\""
    case .name(let name): "\"\(name)\""
    case .string: "a string"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .symbol(let symbol): "\"\(symbol.rawValue)\""
    case .end: "the end of the template"
    }
  }
}

/// An operator or a punctuation mark.
///
/// Symbols of two characters come first, because the lexer takes the first match.
enum Symbol: String, Sendable, CaseIterable {
  case floorDivide = "//"
  case power = "**"
  case equal = "=="
  case notEqual = "!="
  case atLeast = ">="
  case atMost = "<="
  case plus = "+"
  case minus = "-"
  case divide = "/"
  case times = "*"
  case modulo = "%"
  case tilde = "~"
  case leftBracket = "["
  case rightBracket = "]"
  case leftParenthesis = "("
  case rightParenthesis = ")"
  case leftBrace = "{"
  case rightBrace = "}"
  case greater = ">"
  case less = "<"
  case assign = "="
  case dot = "."
  case colon = ":"
  case pipe = "|"
  case comma = ","
  case semicolon = ";"

  /// The symbol that closes this bracket; nil for other symbols.
  var closing: Symbol? {
    switch self {
    case .leftBracket: .rightBracket
    case .leftParenthesis: .rightParenthesis
    case .leftBrace: .rightBrace
    default: nil
    }
  }
}

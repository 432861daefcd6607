// SPDX-License-Identifier: Apache-2.0

/// What is between the delimiters: something that has a value.
///
/// Operators of one level and everything after a value are lists, not nested nodes: a sum of a
/// thousand terms is no deeper than one of two.
struct Expression: Sendable {
  indirect enum Node: Sendable {
    case literal(Literal)
    case name(String)
    case list([Expression])
    case tuple([Expression])
    case dictionary([Entry])
    case postfix(Expression, [Postfix])
    case negative(Expression)
    case positive(Expression)
    case not(Expression)
    case arithmetic(Expression, [Operation])
    case concatenation([Expression])
    case comparison(Expression, [Comparison])
    case all([Expression])
    case any([Expression])
    case conditional(value: Expression, condition: Expression, otherwise: Expression?)
  }

  enum Literal: Sendable, Equatable {
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
  }

  struct Entry: Sendable {
    let key: Expression
    let value: Expression
  }

  struct Operation: Sendable {
    let operation: Arithmetic
    let operand: Expression
  }

  struct Comparison: Sendable {
    let relation: Relation
    let operand: Expression
  }

  let line: Int
  let node: Node
}

/// An operation on two numbers, and on texts and lists where Python has it.
enum Arithmetic: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case power = "**"
}

/// A comparison.
enum Relation: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case atMost = "<="
  case greater = ">"
  case atLeast = ">="
  case isIn = "in"
  case isNotIn = "not in"
}

/// What follows a value.
struct Postfix: Sendable {
  enum Node: Sendable {
    case attribute(String)
    case item(Expression)
    case slice(from: Expression?, to: Expression?, by: Expression?)
    case call(CallArguments)
    case filter(String, CallArguments)
    case test(String, CallArguments, isNegated: Bool)
  }

  let line: Int
  let node: Node
}

/// The arguments in the parentheses of a call.
struct CallArguments: Sendable {
  struct Keyword: Sendable {
    let name: String
    let value: Expression
  }

  var positional: [Expression] = []
  var keywords: [Keyword] = []
  /// The list behind `*`.
  var morePositional: Expression?
  /// The mapping behind `**`.
  var moreKeywords: Expression?
}

// SPDX-License-Identifier: Apache-2.0

/// A node of the syntax tree that has a value.
///
/// A chain of operators of one precedence, and the operations after a value, are lists rather than
/// nested nodes: a sum of a thousand terms is no deeper than a sum of two.
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

/// A binary operation on numbers; on strings and lists too, if Python defines it.
enum Arithmetic: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case power = "**"
}

/// A comparison operator.
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

/// An operation written after a value: attribute, item, slice, call, filter or test.
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

/// The unevaluated arguments of a call.
struct CallArguments: Sendable {
  struct Keyword: Sendable {
    let name: String
    let value: Expression
  }

  var positional: [Expression] = []
  var keywords: [Keyword] = []
  /// The operand of `*`.
  var morePositional: Expression?
  /// The operand of `**`.
  var moreKeywords: Expression?
}

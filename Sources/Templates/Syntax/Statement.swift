// SPDX-License-Identifier: Apache-2.0

/// A node of the syntax tree that has an effect: output, branch, loop or assignment.
struct Statement: Sendable {
  indirect enum Node: Sendable {
    case text(String)
    case output(Expression)
    case conditional([Branch], otherwise: [Statement])
    case loop(Loop)
    case assignment(Target, Expression)
    case assignmentBlock(Target, filters: [Postfix], body: [Statement])
    case macro(Macro)
    case call(caller: Macro, callee: Expression, CallArguments)
    case filterBlock([Postfix], body: [Statement])
    case with([Binding], body: [Statement])
    case generation([Statement])
    case breakLoop
    case continueLoop
  }

  struct Branch: Sendable {
    let condition: Expression
    let body: [Statement]
  }

  final class Loop: Sendable {
    let target: Target
    let elements: Expression
    let filter: Expression?
    let isRecursive: Bool
    let body: [Statement]
    let otherwise: [Statement]

    init(
      target: Target, elements: Expression, filter: Expression?, isRecursive: Bool,
      body: [Statement], otherwise: [Statement]
    ) {
      self.target = target
      self.elements = elements
      self.filter = filter
      self.isRecursive = isRecursive
      self.body = body
      self.otherwise = otherwise
    }
  }

  struct Binding: Sendable {
    let target: Target
    let value: Expression
  }

  /// The target of an assignment.
  indirect enum Target: Sendable {
    case name(String)
    /// An attribute of a namespace.
    case attribute(of: String, String)
    case tuple([Target])

    /// The variables that are assigned.
    var names: [String] {
      switch self {
      case .name(let name): [name]
      case .attribute: []
      case .tuple(let targets): targets.flatMap(\.names)
      }
    }
  }

  /// A macro, or the body of a call block, which the called macro sees as `caller`.
  final class Macro: Sendable {
    struct Parameter: Sendable {
      let name: String
      let defaultValue: Expression?
    }

    let name: String
    let parameters: [Parameter]
    let body: [Statement]
    /// The special names that the body uses: `varargs`, `kwargs`, `caller`.
    let usedNames: Set<String>

    init(name: String, parameters: [Parameter], body: [Statement], usedNames: Set<String>) {
      self.name = name
      self.parameters = parameters
      self.body = body
      self.usedNames = usedNames
    }
  }

  let line: Int
  let node: Node
}

// SPDX-License-Identifier: Apache-2.0

/// Variables, and the enclosing scope.
///
/// Every iteration of a loop has a new scope, and so have macros, `with`, and captured blocks; `if`
/// has none. Assignment is to the innermost scope.
final class Scope {
  private let parent: Scope?
  private var variables: [String: Value] = [:]

  init(parent: Scope?) { self.parent = parent }

  /// The variable of a name, looked up from this scope outward; assignment is to this scope.
  subscript(name: String) -> Value? {
    get {
      var scope: Scope? = self
      while let current = scope {
        if let value = current.variables[name] { return value }
        scope = current.parent
      }
      return nil
    }
    set { variables[name] = newValue }
  }
}

/// The state behind the variable `loop` inside a loop.
final class LoopState {
  let elements: [Value]
  let depth: Int
  /// The number of recursive loops that enclose this one.
  let nesting: Int
  /// What `loop(...)` runs if the loop is marked recursive; the interpreter keeps the scope alive.
  let statement: Statement.Loop
  unowned let scope: Scope
  var index = 0
  /// The arguments of the last call of `loop.changed`; nil before the first and after the loop.
  var lastChanged: [Value]?
  var isRunning = true

  init(_ elements: [Value], _ statement: Statement.Loop, nesting: Int, scope: Scope) {
    self.elements = elements
    self.statement = statement
    self.nesting = nesting
    self.scope = scope
    depth = 1 + (elements.lazy.map(\.depth).max() ?? 0)
  }
}

// SPDX-License-Identifier: Apache-2.0

/// Variables, and the scope around them.
///
/// A loop's body has a new scope in every iteration, and so have macros, `with`, and blocks that are
/// captured; `if` has none. What is assigned goes to the innermost.
final class Scope {
  private let parent: Scope?
  private var variables: [String: Value] = [:]

  init(parent: Scope?) { self.parent = parent }

  /// A variable, looked for from here outwards; assignment is to this scope.
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

/// What `loop` knows inside a loop.
final class LoopState {
  let elements: [Value]
  let depth: Int
  /// How many recursive loops enclose it.
  let nesting: Int
  /// What `loop(...)` runs, where the loop is marked recursive; the scope is kept alive by the
  /// interpreter.
  let statement: Statement.Loop
  unowned let scope: Scope
  var index = 0
  /// What `loop.changed` was asked last, while the loop runs.
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

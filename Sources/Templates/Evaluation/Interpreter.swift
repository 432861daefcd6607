// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Renders one template once: variables, output, and what has been spent.
final class Interpreter {
  let name: String
  let clock: TemplateClock
  /// The line that is being evaluated.
  private(set) var line = 1
  var namespaces: [[ExactText: Value]] = []
  /// Scopes that values refer to.
  private var keptScopes: [Scope] = []
  private var output = ""
  private var steps = 0
  private var openCount = 0
  private var callCount = 0

  init(name: String, clock: TemplateClock) {
    self.name = name
    self.clock = clock
  }

  /// The text that statements write.
  func render(_ statements: [Statement], _ context: [(name: String, value: Value)]) throws -> String
  {
    let globals = Scope(parent: nil)
    for function in GlobalFunction.allCases { globals[function.rawValue] = .function(function) }
    let outer = Scope(parent: globals)
    for variable in context { outer[variable.name] = variable.value }
    _ = try run(statements, Scope(parent: outer))
    return output
  }

  // MARK: - Bounds

  /// Counts steps.
  func charge(_ count: Int = 1) throws {
    steps += count
    guard steps <= TemplateLimits.steps else {
      throw failure("the template takes more than \(TemplateLimits.steps) steps")
    }
  }

  /// Counts text that is read or built.
  func charge(bytes: Int) throws {
    guard bytes <= TemplateLimits.outputBytes else { throw tooLong() }
    try charge(bytes / TemplateLimits.bytesPerStep)
  }

  private func tooLong() -> SPINError {
    failure("the template makes a text of more than \(TemplateLimits.outputBytes >> 20) MiB")
  }

  /// A text as a value, counted.
  func text(_ text: String) throws -> Value {
    try charge(bytes: text.utf8.count)
    return .string(text)
  }

  /// A value that holds others, not too deep.
  func bounded(_ value: Value) throws -> Value {
    guard value.depth <= TemplateLimits.recursion else {
      throw failure("values are nested deeper than \(TemplateLimits.recursion) levels")
    }
    return value
  }

  func list(_ values: [Value]) throws -> Value {
    try charge(values.count)
    return try bounded(.list(Elements(values)))
  }

  func tuple(_ values: [Value]) throws -> Value {
    try charge(values.count)
    return try bounded(.tuple(Elements(values)))
  }

  func iterator(_ values: [Value]) throws -> Value {
    try charge(values.count)
    return try bounded(.iterator(ValueIterator(values)))
  }

  func mapping(_ entries: [(key: Value, value: Value)]) throws -> Value {
    try charge(entries.count)
    return try bounded(
      .mapping(Mapping(try entries.map { ($0.key, try key($0.key), $0.value) })))
  }

  /// Evaluates something that may hold more of its kind.
  func open<Result>(line: Int, _ body: () throws -> Result) throws -> Result {
    let outer = self.line
    self.line = line
    openCount += 1
    defer {
      openCount -= 1
      self.line = outer
    }
    guard openCount <= TemplateLimits.evaluationDepth else {
      throw failure("the evaluation is nested deeper than \(TemplateLimits.evaluationDepth) levels")
    }
    try charge()
    return try body()
  }

  /// Runs the body of a macro or of a recursive loop.
  func call<Result>(_ body: () throws -> Result) throws -> Result {
    callCount += 1
    defer { callCount -= 1 }
    guard callCount <= TemplateLimits.recursion else {
      throw failure("macros call each other more than \(TemplateLimits.recursion) levels deep")
    }
    return try body()
  }

  /// Keeps a scope as long as the interpreter, for values that refer to it.
  func keep(_ scope: Scope) { keptScopes.append(scope) }

  // MARK: - Output

  func write(_ text: String) throws {
    try charge(bytes: text.utf8.count)
    output += text
    guard output.utf8.count <= TemplateLimits.outputBytes else { throw tooLong() }
  }

  /// What `body` writes, instead of writing it.
  func captured(_ body: () throws -> Flow) throws -> (text: String, flow: Flow) {
    let outer = output
    output = ""
    defer { output = outer }
    let flow = try body()
    return (output, flow)
  }

  // MARK: - Failures

  var place: TemplatePlace { TemplatePlace(name: name, line: line) }

  func failure(_ message: String) -> SPINError { place.failure(message) }
}

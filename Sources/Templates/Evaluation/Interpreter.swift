// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Renders one template once; holds its namespaces, its output and the steps used.
final class Interpreter {
  let name: String
  let clock: TemplateClock
  /// The line being evaluated, counted from 1.
  private(set) var line = 1
  var namespaces: [[ExactText: Value]] = []
  /// Scopes kept alive for values that refer to them without owning them.
  private var keptScopes: [Scope] = []
  private var output = ""
  private var steps = 0
  private var openCount = 0
  private var callCount = 0

  init(name: String, clock: TemplateClock) {
    self.name = name
    self.clock = clock
  }

  /// Runs the statements and returns the text that they write.
  func render(_ statements: [Statement], _ context: [(name: String, value: Value)]) throws -> String
  {
    let globals = Scope(parent: nil)
    for function in GlobalFunction.allCases { globals[function.rawValue] = .function(function) }
    let outer = Scope(parent: globals)
    for variable in context { outer[variable.name] = variable.value }
    _ = try run(statements, Scope(parent: outer))
    return output
  }

  // MARK: - Limits

  /// Adds steps to those used.
  ///
  /// - Throws: `SPINError` beyond `TemplateLimits.steps`.
  func charge(_ count: Int = 1) throws {
    steps += count
    guard steps <= TemplateLimits.steps else {
      throw failure("the template takes more than \(TemplateLimits.steps) steps")
    }
  }

  /// Adds the steps for text that is read or built, in bytes of UTF-8.
  ///
  /// - Throws: `SPINError` if the text exceeds `TemplateLimits.outputBytes`, or as `charge`.
  func charge(bytes: Int) throws {
    guard bytes <= TemplateLimits.outputBytes else { throw tooLong() }
    try charge(bytes / TemplateLimits.bytesPerStep)
  }

  private func tooLong() -> SPINError {
    failure("the template makes a text of more than \(TemplateLimits.outputBytes >> 20) MiB")
  }

  /// Returns a string as a value, charging for its length.
  func text(_ text: String) throws -> Value {
    try charge(bytes: text.utf8.count)
    return .string(text)
  }

  /// Returns the value unless values are nested too deep in it.
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

  /// Evaluates a statement or an expression, which may contain others, within the depth limit.
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

  /// Keeps a scope alive as long as the interpreter, for values that refer to it.
  func keep(_ scope: Scope) { keptScopes.append(scope) }

  // MARK: - Output

  func write(_ text: String) throws {
    try charge(bytes: text.utf8.count)
    output += text
    guard output.utf8.count <= TemplateLimits.outputBytes else { throw tooLong() }
  }

  /// What `body` writes, captured instead of being added to the output.
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

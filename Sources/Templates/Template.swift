// SPDX-License-Identifier: Apache-2.0

public import Foundation
import SPINErrors
public import SPINJSON

/// A Jinja template, read and ready to be rendered.
///
/// The language is the part of Jinja 3.1 that chat templates use, in the environment that
/// transformers gives them: `trim_blocks`, `lstrip_blocks`, `break` and `continue`, `generation`
/// blocks, `raise_exception`, `strftime_now`, its own `tojson`, and no way to change a list or a
/// mapping. What it does not have is refused by name when the template is read.
///
/// Rendering is bounded: 10^6 steps, 8 MiB of text, 64 levels of nesting.
public struct Template: Sendable {
  /// What messages call it.
  public let name: String
  /// The source text of the template.
  public let source: String
  private let statements: [Statement]

  /// Reads a template.
  ///
  /// - Parameters:
  ///   - source: At most 1 MiB.
  ///   - name: What messages call it, as its file.
  /// - Throws: `SPINError` with code `malformedInput` that names template and line: wrong syntax, or
  ///   a tag, filter or test that is not supported (with those that are).
  public init(_ source: String, name: String) throws {
    guard source.utf8.count <= TemplateLimits.sourceBytes else {
      throw SPINError(
        .malformedInput, at: name,
        "the template has \(source.utf8.count) bytes, at most \(TemplateLimits.sourceBytes) are"
          + " expected")
    }
    self.source = source
    self.name = name
    statements = try Parser.statements(of: source, name: name)
  }

  /// The text that the template makes of variables.
  ///
  /// - Parameters:
  ///   - variables: By name. Numbers beyond 64 bits are floats; nesting is at most 64 levels.
  ///   - date: What `strftime_now` speaks of, in the time zone of the machine.
  /// - Throws: `SPINError` with code `malformedInput` that names template and line: what Python and
  ///   Jinja raise, what the template itself raises, and where a bound is exceeded.
  public func render(_ variables: [String: JSON], date: Date = Date()) throws -> String {
    let interpreter = Interpreter(name: name, clock: TemplateClock(date: date))
    let context = try variables.sorted { $0.key < $1.key }.map {
      ($0.key, try interpreter.value(of: $0.value))
    }
    return try interpreter.render(statements, context)
  }
}

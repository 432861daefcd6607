// SPDX-License-Identifier: Apache-2.0

public import Foundation
import SPINErrors
public import SPINJSON

/// A parsed Jinja template, ready to be rendered.
///
/// The language is the part of Jinja 3.1 that chat templates use, in the environment that
/// transformers gives them: `trim_blocks`, `lstrip_blocks`, `break` and `continue`, `generation`
/// blocks, `raise_exception`, `strftime_now`, its own `tojson`, and no way to change a list or a
/// mapping. Unsupported tags, filters and tests are refused by name when the template is parsed.
///
/// Rendering is bounded: 10^6 steps, 8 MiB of text, 64 levels of nesting.
public struct Template: Sendable {
  /// The name of the template in messages.
  public let name: String
  /// The source text of the template.
  public let source: String
  private let statements: [Statement]

  /// Parses a template.
  ///
  /// - Parameters:
  ///   - source: At most 1 MiB of UTF-8.
  ///   - name: The name of the template in messages, such as its file.
  /// - Throws: `SPINError` with code `malformedInput` that names the template and the line: invalid
  ///   syntax, or a tag, filter or test that is not supported (with a list of those that are).
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

  /// Renders the template with variables.
  ///
  /// - Parameters:
  ///   - variables: By name. Integers beyond 64 bits become floats; values nest at most 64 levels
  ///     deep.
  ///   - date: The date that `strftime_now` formats, in the time zone of the machine.
  /// - Throws: `SPINError` with code `malformedInput` that names the template and the line, if
  ///   Python or Jinja would raise an error, the template itself raises one, or a limit is
  ///   exceeded.
  public func render(_ variables: [String: JSON], date: Date = Date()) throws -> String {
    let interpreter = Interpreter(name: name, clock: TemplateClock(date: date))
    let context = try variables.sorted { $0.key < $1.key }.map {
      ($0.key, try interpreter.value(of: $0.value))
    }
    return try interpreter.render(statements, context)
  }
}

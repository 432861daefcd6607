// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A regular expression over names of modules, as PEFT's configurations hold them.
///
/// PEFT gives them to Python's `re`. What both languages have reads alike; whatever Swift's engine does
/// not know is refused.
struct ModulePattern {
  private let regex: Regex<AnyRegexOutput>

  /// Longer ones are refused: names of modules are short.
  static let longest = 1_000

  /// - Parameters:
  ///   - text: The expression.
  ///   - prefix: What stands before it, in parentheses of its own.
  ///   - failure: Makes the error of an expression that cannot be read.
  init(_ text: String, prefix: String = "", failure: (String) -> SPINError) throws {
    guard text.utf8.count <= Self.longest else {
      throw failure("has a pattern of \(text.utf8.count) bytes, at most \(Self.longest) are read")
    }
    do {
      regex = try Regex("\(prefix)(?:\(text))")
    } catch {
      throw failure("has the pattern \"\(text)\", which cannot be read as a regular expression")
    }
  }

  /// Whether it matches a whole name, as `re.fullmatch` does.
  func matches(_ name: String) -> Bool { (try? regex.wholeMatch(in: name) ?? nil) != nil }
}

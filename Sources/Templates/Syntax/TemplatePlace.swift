// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A line of a template, as messages name it.
struct TemplatePlace: Sendable {
  /// The name of the template, usually its file.
  let name: String
  /// The line, counted from 1.
  let line: Int

  /// An error at this line.
  func failure(_ message: String, remedy: String? = nil) -> SPINError {
    SPINError(.malformedInput, at: "\(name): line \(line)", message, remedy: remedy)
  }

  /// An error for a name that the template uses and this implementation does not support.
  func unsupported(_ what: String, _ name: String, supported: some Sequence<String>) -> SPINError {
    failure(
      "the \(what) \"\(name)\" is not supported; supported are "
        + supported.sorted().joined(separator: ", "))
  }
}

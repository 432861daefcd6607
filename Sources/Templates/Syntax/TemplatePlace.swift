// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A line of a template, for messages.
struct TemplatePlace: Sendable {
  /// What the template is called: its file.
  let name: String
  /// The line, counted from 1.
  let line: Int

  /// What is wrong here.
  func failure(_ message: String, remedy: String? = nil) -> SPINError {
    SPINError(.malformedInput, at: "\(name): line \(line)", message, remedy: remedy)
  }

  /// Something of Jinja's, or that the template takes for Jinja's, which we do not have.
  func unsupported(_ what: String, _ name: String, supported: some Sequence<String>) -> SPINError {
    failure(
      "the \(what) \"\(name)\" is not supported; supported are "
        + supported.sorted().joined(separator: ", "))
  }
}

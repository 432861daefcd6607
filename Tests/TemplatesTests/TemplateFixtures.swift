// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINTemplates
import SPINTestSupport

/// `Tests/Fixtures/templates.json`: what Jinja makes of templates, in transformers' environment.
struct TemplateFixtures {
  struct Case: Sendable, CustomStringConvertible {
    let kind: String
    let source: String
    let variables: [String: JSON]
    /// The text, nil where Python raises.
    let expected: String?
    let message: String?

    var description: String { "\(kind) \(source.prefix(60))" }
  }

  let cases: [Case]

  init() throws {
    let path = Fixture.root + "/templates.json"
    let document = try JSON(parsing: Array(Data(contentsOf: URL(filePath: path))), path: path)
      .requireObject(at: path)
    func members(_ object: JSONObject) -> [String: JSON] {
      Dictionary(uniqueKeysWithValues: object.members.map { ($0.key, $0.value) })
    }
    let shared = members(try document.required("variables"))
    let thinking: String = try document.required("thinking")
    cases = try document.required("cases", as: [JSONObject].self).map { item in
      Case(
        kind: try item.required("kind"),
        source: try item.optional("source") ?? thinking,
        variables: try item.optional("variables", as: JSONObject.self).map(members) ?? shared,
        expected: try item.optional("expected"), message: try item.optional("message"))
    }
  }

  func cases(_ kinds: String...) -> [Case] { cases.filter { kinds.contains($0.kind) } }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINTemplates
import Testing

/// Against Jinja itself, byte for byte.
struct TemplateFixtureTests {
  let fixtures: TemplateFixtures

  init() throws { fixtures = try TemplateFixtures() }

  @Test func textsEqualJinjas() throws {
    let cases = fixtures.cases("expression", "statement")
    #expect(cases.count >= 110)
    for item in cases {
      do {
        let text = try Template(item.source, name: "t").render(item.variables)
        // As bytes: strings are equal under canonical equivalence already.
        #expect(
          Array(text.utf8) == Array((item.expected ?? "").utf8),
          "\(item.source)\nfound    \(text)\nexpected \(item.expected ?? "")")
      } catch { Issue.record("\(item.source): \(error)") }
    }
  }

  @Test func whatJinjaRefusesIsRefused() throws {
    let cases = fixtures.cases("failure")
    #expect(cases.count >= 70)
    for item in cases {
      do {
        let text = try Template(item.source, name: "t").render(item.variables)
        Issue.record("\(item.source) gives \(text), expected: \(item.message ?? "")")
      } catch let error as SPINError {
        #expect(error.code == .malformedInput)
        #expect(error.location?.hasPrefix("t: line ") == true, "\(error)")
      }
    }
  }

  @Test func conversationsOfThinkingModelsEqualJinjas() throws {
    let cases = fixtures.cases("thinking")
    #expect(cases.count >= 16)
    for item in cases {
      do {
        let text = try Template(item.source, name: "t").render(item.variables)
        #expect(text == item.expected)
      } catch let error as SPINError {
        let message = try #require(item.message)
        #expect(error.message == "the template refuses the conversation: \(message)")
      }
    }
  }
}

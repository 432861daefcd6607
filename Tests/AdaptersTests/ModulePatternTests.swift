// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINErrors
import SPINJSON
import SPINStorage
import SPINTestSupport
import Testing

/// Regular expressions over names of modules, against Python's `re`.
struct ModulePatternTests {
  private func pattern(_ text: String) throws -> ModulePattern {
    try ModulePattern(text) { SPINError(.malformedInput, $0) }
  }

  /// Hundreds of random expressions and some in use, on random names and some of modules.
  @Test func whatMatchesIsWhatPythonMatches() throws {
    let path = Fixture.root + "/adapters/patterns.json"
    let object = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
    let names: [String] = try object.required("names")
    let cases: [JSON] = try #require(object["cases"]?.array)
    #expect(cases.count >= 600)
    var (matched, refused) = (0, 0)
    for item in cases {
      let item = try #require(item.array)
      let text = try #require(item[0].string)
      guard let expected = item[1].array else {
        refused += 1
        #expect(throws: SPINError.self, "\(text)") { try pattern(text) }
        continue
      }
      let read = try pattern(text)
      let found = names.indices.filter { read.matches(names[$0]) }
      #expect(found.map { JSON($0) } == expected, "\(text)")
      matched += found.count
    }
    #expect(matched > 500 && refused > 100)
  }

  /// Each of these has more ways to fail than atoms in the world, for a matcher that tries them one by one.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "(a+)+b", "(?:(?:[a-z._0-9]+)+)+X", "(.*)*(.*)*(.*)*X", "(?:a|a|.|[a-z.])*X",
      "(?:(?:.?){60}){60}X", "(?:.{0,60}){0,60}(?!.*)", "(?:(?=(?:.*)*).)*X",
      String(repeating: "(?:.?){9}", count: 100) + "X",
    ])
  func noPatternTakesLong(_ text: String) throws {
    let read = try pattern(text)
    for name in [
      "model.layers.31.self_attn.q_proj", String(repeating: "a", count: 63),
    ] {
      #expect(!read.matches(name))
    }
  }

  /// What Python reads and this does not, with the reason that is given; and what neither reads.
  @Test(arguments: [
    (#"(a)\1"#, "back references and numbers of characters are not read"),
    (#"(?<=a)b"#, "of groups that begin with (? only (?:, (?P<name>, (?= and (?! are read"),
    (#"(?i)a"#, "of groups that begin with (? only (?:, (?P<name>, (?= and (?! are read"),
    ("a*+", "possessive quantifiers are not read"), (#"\x41"#, "the escape \\x is not read"),
    ("a{1001}", "a count is above 1000"),
    ("a{3,2}", "a quantifier's counts are the wrong way round"),
    ("a**", "a quantifier follows another"), ("*a", "there is nothing to repeat"),
    ("a)", "a parenthesis closes no group"), ("a)(b", "a parenthesis closes no group"),
    ("[a", "a set is not closed"), ("[b-a]", "a range in a set has no order"),
    ("(?P<a>.)(?P<a>.)", "two groups have one name"), (#"a\"#, "a backslash ends it"),
    (
      String(repeating: "(", count: 51) + String(repeating: ")", count: 51),
      "groups are nested more than 50 deep"
    ),
  ])
  func whatIsNotReadIsNamed(_ text: String, _ reason: String) {
    expectError(
      "has the pattern \"\(text)\", which cannot be read as a regular expression: \(reason)",
      code: .malformedInput
    ) { try pattern(text) }
  }
}

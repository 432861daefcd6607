// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINTemplates
import SPINTestSupport
import Testing

/// Templates come from strangers: each bound is an error, and nothing traps.
struct TemplateBoundTests {
  private func message(_ source: String, _ variables: [String: JSON] = [:]) -> String? {
    do {
      let text = try Template(source, name: "t").render(variables)
      return "rendered \(text.utf8.count) bytes"
    } catch let error as SPINError { return error.message } catch { return "\(error)" }
  }

  @Test func aSourceHasAtMostOneMebibyte() throws {
    let text = String(repeating: "a", count: 1 << 20)
    #expect(try Template(text, name: "t").render([:]) == text)
    #expect(
      message(text + "a")
        == "the template has 1048577 bytes, at most 1048576 are expected")
  }

  @Test func stepsAreLimited() {
    let steps = "the template takes more than 1000000 steps"
    let loop = "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}"
    #expect(message(loop) == steps)
    #expect(message("{% for a in range(10000) %}{% endfor %}") == "rendered 0 bytes")
    // A value that doubles in every level has too many parts to print or to compare.
    let doubling =
      "{% set ns = namespace(x=[1]) %}{% for i in range(50) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
    #expect(message(doubling + "{{ ns.x }}") == steps)
    #expect(message(doubling + "{{ ns.x|tojson }}") == steps)
    #expect(message(doubling + "{% set y = ns.x %}{{ y == [y[0], y[1]] }}") == steps)
    // Text counts too.
    let text =
      "{% set x = 'a' * 8000000 %}{% for i in range(100) %}{% if x|upper %}{% endif %}{% endfor %}"
    #expect(message(text) == steps)
  }

  /// Whatever reads or builds something costs steps in proportion; nothing here may take long.
  @Test(
    arguments: [
      "x|length", "x[0]", "x[-1]", "x[0:1]", "x|first", "x|list", "m[x]", "m.get(x)", "x in m",
      "{x: 1}",
      "(x,) in m", "x|int", "x|float", "d|int", "d|float", "m|attr(x)",
      "x.startswith(x)",
      "'a'.startswith((x, x))", "'a'.find(x)", "'a'.count(x)", "'a'.split(x)", "'a'.partition(x)",
      "'a'.strip(x)", "'a'|trim(x)", "[x]|sort", "[x, x]|min", "[x]|unique|list",
      "[x]|map(attribute=x)|list",
      "{x: x}|dictsort", "x % ()", "x == x", "x < x", "x|wordcount", "x|escape",
      "x.removeprefix(x)",
      "x is lower", "x.isalpha()", "x|truncate(3)", "x ~ 'a'", "namespace({x: 1})",
      "x.replace('', 'b')",
      "x|reverse", "dict([[x, 1]])", "x|string", "x|tojson", "x|format", "x.format()", "x|join",
    ])
  func workOnLongTextsIsCharged(_ expression: String) {
    let source =
      "{% set x = 'ab' * 2000000 %}{% set d = '1' * 4000000 %}{% set m = {'a': 1} %}"
      + "{% for i in range(100000) %}{% if (\(expression)) %}{% endif %}{% endfor %}"
    let clock = ContinuousClock()
    var found: String?
    let time = clock.measure { found = message(source) }
    #expect(
      found == "the template takes more than 1000000 steps"
        || found?.hasPrefix("rendered") == false, "\(found ?? "")")
    // A hundred thousand times four megabytes would take minutes, in release too.
    #expect(time < .seconds(30), "\(expression): \(time)")
  }

  @Test(.timeLimit(.minutes(1))) func nothingRepeatedStaysNothing() {
    for factor in ["9223372036854775807 * ", ""] {
      for empty in ["''", "[]", "()"] {
        let product =
          factor.isEmpty ? "\(empty) * 9223372036854775807" : factor + empty
        #expect(message("{{ (\(product))|length }}") == "rendered 1 bytes", "\(product)")
      }
    }
  }

  @Test func widthsMayBeAnyInteger() {
    let least = "(-9223372036854775807 - 1)"
    for method in ["ljust", "rjust", "center", "zfill"] {
      #expect(message("{{ 'ab'.\(method)(\(least)) }}") == "rendered 2 bytes")
    }
    #expect(message("{{ 'ab'|center(\(least)) }}") == "rendered 2 bytes")
    #expect(message("{{ [1, 2]|batch(9223372036854775807)|list|length }}") == "rendered 1 bytes")
    #expect(message("{{ [1]|batch(9223372036854775807, 0)|list }}")?.contains("steps") == true)
    #expect(message("{{ [1]|slice(9223372036854775807)|list }}")?.contains("steps") == true)
  }

  @Test func numbersHaveAtMostFourThousandDigits() {
    #expect(message("{{ ('0' * 4000 ~ '7')|int }}") == "rendered 1 bytes")
    #expect(message("{{ ('0' * 5000 ~ '7')|int(default=42) }}") == "rendered 2 bytes")
    // Python's whole numbers have no limit; ours say where theirs is.
    for text in [
      "'9223372036854775808'|int", "'-9223372036854775809'|int", "1e22|int", "'1e22'|int",
      "'ffffffffffffffffff'|int(base=16)",
    ] {
      #expect(
        message("{{ \(text) }}")?.contains("beyond whole numbers of 64 bits") == true, "\(text)")
    }
    #expect(message("{{ '-9223372036854775808'|int }}") == "rendered 20 bytes")
    #expect(message("{{ 'zz'|int(base=16) }}") == "rendered 1 bytes")
    #expect(message("{{ ('0' * 5000 ~ '7')|float(default=42) }}") == "rendered 2 bytes")
  }

  @Test func namesHaveAtMost256Bytes() {
    let name = String(repeating: "a", count: 256)
    #expect(message("{% set \(name) = 1 %}{{ \(name) }}") == "rendered 1 bytes")
    #expect(
      message("{{ \(name)a }}") == "a name has 257 bytes, at most 256 are expected")
  }

  @Test func textsHaveAtMostEightMebibytes() {
    let long = "the template makes a text of more than 8 MiB"
    #expect(message("{{ 'a' * 8388608 }}") == "rendered 8388608 bytes")
    #expect(message("{{ 'a' * 8388609 }}") == long)
    #expect(message("{{ 'a' * 8388608 }}b") == long)
    #expect(message("{{ 'a' * 9223372036854775807 }}") == long)
    for source in [
      "{{ 'a'|center(99999999) }}", "{{ 'a'.ljust(99999999) }}", "{{ '5'.zfill(99999999) }}",
      "{{ '%99999999d' % 1 }}", "{{ ('a' * 9999).replace('', 'b' * 9999) }}",
      "{{ 'a\nb'|indent(99999999) }}", "{{ [1]|tojson(indent=99999999) }}",
    ] {
      #expect(message(source) == long, "\(source)")
    }
  }

  @Test func nestingIsLimited() {
    func nested(_ count: Int, _ open: String, _ inner: String, _ close: String) -> String {
      String(repeating: open, count: count) + inner + String(repeating: close, count: count)
    }
    let syntax = "the syntax is nested deeper than 64 levels"
    #expect(message("{{ \(nested(60, "(", "1", ")")) }}") == "rendered 1 bytes")
    #expect(message("{{ \(nested(100_000, "(", "1", ")")) }}") == syntax)
    #expect(message("{{ \(nested(100_000, "[", "", "]")) }}") == syntax)
    #expect(message("{{ \(nested(100_000, "not ", "1", "")) }}") == syntax)
    #expect(message("{{ \(nested(100_000, "-", "1", "")) }}") == syntax)
    #expect(message(nested(1000, "{% if 1 %}", "", "{% endif %}")) == syntax)
    #expect(message("{{ \(nested(1000, "1 if 0 else ", "1", "")) }}") == syntax)
    #expect(message("{% set \(nested(1000, "(", "a", ")")) = 1 %}") == syntax)
    // Long is not deep.
    #expect(message("{{ 0\(nested(5000, " + 1", "", "")) }}") == "rendered 4 bytes")
    #expect(message("{{ 'a'\(nested(5000, "|upper", "", "")) }}") == "rendered 1 bytes")
  }

  @Test func macrosCallEachOtherAtMost64LevelsDeep() {
    let macro = "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}"
    #expect(message(macro + "{{ f(63) }}")?.hasPrefix("rendered") == true)
    #expect(message(macro + "{{ f(64) }}") == "macros call each other more than 64 levels deep")
    let deep =
      "{% macro f() %}\(String(repeating: "{% if 1 %}", count: 30)){{ f() }}"
      + "\(String(repeating: "{% endif %}", count: 30)){% endmacro %}{{ f() }}"
    #expect(message(deep) == "the evaluation is nested deeper than 480 levels")
  }

  @Test func valuesNestAtMost64Levels() {
    let deep = "values are nested deeper than 64 levels"
    let chain =
      "{% set ns = namespace(x=[]) %}{% for i in range(1000) %}{% set ns.x = WRAP %}{% endfor %}"
    for wrap in ["[ns.x]", "(ns.x,)", "{'a': ns.x}", "[ns.x]|map('list')", "[[ns.x].count]"] {
      #expect(message(chain.replacing("WRAP", with: wrap)) == deep, "\(wrap)")
    }
    var json: JSON = []
    for _ in 0..<80 { json = [json] }
    #expect(message("", ["x": json]) == deep)
    // What a namespace or a macro holds may form a long chain, which is freed without recursion.
    let namespaces =
      "{% set ns = namespace(x=0) %}{% for i in range(50000) %}{% set ns.x = namespace(x=ns.x) %}{% endfor %}"
    #expect(message(namespaces) == "rendered 0 bytes")
    let macros =
      "{% set ns = namespace(x=0) %}{% for i in range(50000) %}{% set p = ns.x %}{% macro m() %}{{ p }}{% endmacro %}{% set ns.x = m %}{% endfor %}"
    #expect(message(macros) == "rendered 0 bytes")
  }

  @Test func integersThatDoNotFitAreErrors() {
    for source in [
      "{{ 9223372036854775807 + 1 }}", "{{ 2 ** 63 }}", "{{ 2 ** 9223372036854775807 }}",
      "{{ (-9223372036854775807 - 1) // -1 }}", "{{ -(-9223372036854775807 - 1) }}",
      "{{ (-9223372036854775807 - 1)|abs }}", "{{ (-9223372036854775807 - 1) % -1 }}",
    ] {
      #expect(message(source)?.hasPrefix("an integer does not fit 64 bits") == true, "\(source)")
    }
    #expect(message("{{ 9223372036854775808 }}")?.contains("does not fit 64 bits") == true)
    #expect(message("{{ [1, 2, 3][-9223372036854775807 - 1:9223372036854775807] }}") != nil)
    #expect(message("{{ [1, 2, 3][::9223372036854775807] }}") == "rendered 3 bytes")
    #expect(
      message("{{ range(-9223372036854775807, 9223372036854775807) }}")?.hasPrefix("Range too big")
        == true)
  }

  @Test func whatIsNotSupportedIsNamedWithWhatIs() {
    for (source, expected) in [
      ("\n{{ 1|pprint }}", "the filter \"pprint\" is not supported; supported are abs, attr, "),
      ("{% if x is nope %}{% endif %}", "the test \"nope\" is not supported; supported are !=, "),
      ("{% include 'x' %}", "the tag \"include\" is not supported; supported are break, call, "),
      ("{{ cycler('a') }}", "the function \"cycler\" is not supported; supported are dict, "),
      ("{{ 'a'.encode() }}", "the method of str \"encode\" is not supported; supported are "),
      ("{{ strftime_now('%c') }}", "the date directive \"%c\" is not supported; supported are "),
    ] {
      #expect(message(source)?.hasPrefix(expected) == true, "\(message(source) ?? "")")
    }
    let error = #expect(throws: SPINError.self) { _ = try Template("\n{{ 1|pprint }}", name: "t") }
    #expect(error?.location == "t: line 2")
  }

  /// Pieces of templates in any order: errors at most.
  @Test func soupNeverTraps() {
    let pieces = [
      "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "if", "endif", "for", "in", "x", "endfor", " ",
      "\n", "(", ")", "[", "]", "{", "}", "|", "upper", "is", "defined", "'", "\"", "a", "1", "0",
      ".5",
      ":", ",", "=", "set", "macro", "endmacro", "raw", "endraw", "messages", "loop", ".", "~", "*",
      "**", "//", "%", "not", "and", "or", "else", "elif", "\\", "é", "👋", "\u{0}", "namespace()",
      "range(9)", "[::-1]", "|tojson", "|join", "|sort", "{% for x in messages %}", "{% endfor %}",
      "{{ x }}", "{% if x %}", "{% endif %}", "{{ messages", "|length }}", "filter", "call",
      "recursive",
    ]
    var random = SeededGenerator(seed: 11)
    let messages: JSON = [["role": "user", "content": "é👋"], ["role": "a", "content": ""]]
    var rendered = 0
    for _ in 0..<20_000 {
      let count = Int.random(in: 1...14, using: &random)
      let source = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      if message(source, ["messages": messages, "x": 3])?.hasPrefix("rendered") == true {
        rendered += 1
      }
    }
    // Some of it is a template.
    #expect(rendered > 200)
    for _ in 0..<5_000 {
      let count = Int.random(in: 0...40, using: &random)
      let scalars = (0..<count).compactMap { _ in
        Unicode.Scalar(UInt32.random(in: 0..<128, using: &random))
      }
      _ = message("{{" + String(String.UnicodeScalarView(scalars)) + "}}")
    }
  }
}

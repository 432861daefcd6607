// SPDX-License-Identifier: Apache-2.0

import SPINChoices
import SPINErrors
import SPINEvaluation
import SPINJSON
import SPINTemplates
import Testing

/// Python's generator, texts, JSON and literals, against what Python 3.11 gives.
struct PythonTests {
  @Test(
    arguments: [
      (UInt64(0), [3_626_764_237, 1_654_615_998, 3_255_389_356, 3_823_568_514]),
      (1, [577_090_037, 2_444_712_010, 3_639_700_191, 3_445_702_192]),
      (1234, [4_150_886_329, 3_342_196_574, 1_892_932_127, 501_869_158]),
      // Two words of seed.
      (4_294_967_301, [675_479_763, 2_085_189_291, 1_213_270_837, 3_822_202_474]),
      (1_099_511_627_783, [2_635_837_658, 3_209_733_218, 3_500_038_837, 4_028_389_051]),
    ] as [(UInt64, [UInt32])])
  func bitsAreThoseOfPython(_ seed: UInt64, _ expected: [UInt32]) {
    var generator = PythonGenerator(seed: seed)
    #expect((0..<4).map { _ in generator.bits(32) } == expected)
  }

  @Test func theStateIsRefilled() {
    var generator = PythonGenerator(seed: 0)
    for _ in 0..<700 { _ = generator.bits(32) }
    #expect(generator.bits(32) == 2_140_787_315)
  }

  @Test func shufflesAreThoseOfPython() {
    var generator = PythonGenerator(seed: 0)
    let shuffled = (0..<5).map { _ in
      var letters = ["A", "B", "C", "D"]
      generator.shuffle(&letters)
      return letters.joined()
    }
    #expect(shuffled == ["CABD", "ABDC", "ACBD", "BADC", "CADB"])
    generator = PythonGenerator(seed: 0)
    var numbers = Array(0..<12)
    generator.shuffle(&numbers)
    #expect(numbers == [1, 9, 8, 5, 10, 2, 3, 7, 4, 0, 11, 6])
    var one = [7]
    generator.shuffle(&one)
    #expect(one == [7])
  }

  /// Small pools are drawn from a list, large ones against a set; 85 and 86 are the border for 6.
  @Test(arguments: [
    (10, 3, [7, 1, 0], [1, 0, 9]), (22, 3, [14, 3, 0], [2, 18, 1]),
    (40, 5, [28, 7, 0, 5, 37], [2, 5, 6]), (100, 6, [99, 56, 14, 0, 11, 74], [4, 85, 88]),
    (85, 6, [56, 14, 0, 11, 74, 4], [10, 12, 45]), (86, 6, [56, 14, 0, 11, 74, 4], [85, 10, 12]),
    (1000, 6, [989, 796, 451, 119, 7, 92], [932, 965, 961]),
  ])
  func samplesAreThoseOfPython(_ count: Int, _ size: Int, _ first: [Int], _ second: [Int]) {
    var generator = PythonGenerator(seed: 1234)
    #expect(generator.sample(size, of: count) == first)
    #expect(Array(generator.sample(size, of: count).prefix(3)) == second)
  }

  @Test func textsAreCutAsPythonCutsThem() {
    #expect(PythonText.stripped("\u{A0}\n a b\u{1C}\t") == "a b")
    #expect(PythonText.stripped(" \n") == "")
    #expect(PythonText.strippedEnd("Answer: \n").text == "Answer:")
    #expect(PythonText.strippedEnd("Answer: \n").spaces == " \n")
    #expect(PythonText.strippedEnd("  ").spaces == "  ")
    #expect(PythonText.stripped(" B ", .left) == "B ")
    #expect(PythonText.capitalized("he Runs TO Élan") == "He runs to élan")
    #expect(PythonText.capitalized("ǆ") == "ǅ")
    #expect(PythonText.capitalized("") == "")
    // Three spaces become two: from the left, without overlaps.
    #expect(PythonText.replaced("a   b  c", "  ", with: " ") == "a  b c")
    #expect(PythonText.withoutBrackets("[a] b [c\n] d [e]] f [") == " b [c\n] d ] f [")
    // A space and a combining accent are one Character but two scalars.
    #expect(PythonText.length(" \u{301}") == 2)
    #expect(!PythonText.areEqual("é", "e\u{301}"))
  }

  @Test func jsonIsSpelledAsPythonSpellsIt() {
    let value: JSON = [
      "a": [], "b": [1, "é\u{7F}\u{1}", [true, nil]], "c": [:], "d": ["e": 0.25],
    ]
    #expect(
      PythonJSON.text(value)
        == "{\n  \"a\": [],\n  \"b\": [\n    1,\n    \"é\u{7F}\\u0001\",\n    [\n      true,\n"
        + "      null\n    ]\n  ],\n  \"c\": {},\n  \"d\": {\n    \"e\": 0.25\n  }\n}")
    #expect(
      PythonJSON.hash("abc")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func literalsAreRead() throws {
    let text = #"""
      [{'question': "it's", 'n': -3, 'x': (True, None,), 'y': 'a\n\x41\u00e9\\\''}, []]
      """#
    #expect(
      try PythonLiteral.value(of: text, at: "x") == [
        ["question": "it's", "n": -3, "x": [true, nil], "y": "a\nAé\\'"], [],
      ])
  }

  @Test(arguments: [
    ("[1, 2", "lacks a comma or \"]\""), ("['a' 'b']", "lacks a comma or \"]\""),
    ("{1: 2}", "has a key that is no string"), ("'a", "has a string that does not end"),
    ("'\\q'", "has the escape \"\\q\""), ("'\\ud800'", "has an escape that names no character"),
    ("f()", "has \"f\" where a value belongs"), ("1 2", "continues after its end"),
    ("", "ends too early"), ("{'a'}", "has a key without a value"),
    (String(repeating: "[", count: 70), "is nested too deeply"),
  ])
  func whatIsNoLiteralIsSaid(_ text: String, _ message: String) throws {
    let error = try #require(throws: SPINError.self) {
      try PythonLiteral.value(of: text, at: "here")
    }
    #expect(error.description.hasPrefix("here: a Python literal \(message), at character "))
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINTestSupport
import Testing

struct JSONParsingTests {
  @Test func everyKindOfValueIsRead() throws {
    let text = #"""
      {"a": [1, -2.5, 1e3, true, false, null], "b": {"c": "d"}, "e": [], "f": {}, "": -0}
      """#
    #expect(
      try parse(text) == [
        "a": [1, -2.5, 1000.0, true, false, nil], "b": ["c": "d"], "e": [], "f": [:], "": -0.0,
      ])
  }

  @Test func membersKeepTheirOrder() throws {
    #expect(try parse(#"{"z":1,"a":2,"m":3}"#).object?.keys == ["z", "a", "m"])
  }

  @Test(arguments: [
    (#""\" \\ \/ \b\f\n\r\t""#, "\" \\ / \u{8}\u{C}\n\r\t"),
    (#""\u00e9\u20AC""#, "é€"),
    (#""\ud83d\ude00x""#, "😀x"),
    (#""a\u0000b""#, "a\u{0}b"),
    (#""é€😀""#, "é€😀"),
  ])
  func stringsAreUnescaped(text: String, value: String) throws {
    #expect(try parse(text) == .string(value))
  }

  @Test(arguments: [
    ("9223372036854775807", JSON.integer(.max)),
    ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .number(0x1p63)),
    ("1000000000000000019884624838656", .number(1e30)),
    ("0.1", .number(0.1)),
    ("1E+2", .number(100)),
    ("5e-324", .number(.leastNonzeroMagnitude)),
    ("0", .integer(0)),
  ])
  func numbersAreReadExactly(text: String, value: JSON) throws {
    #expect(try parse(text) == value)
  }

  @Test(arguments: [
    ("", "line 1, column 1: the document ends here, expected a value"),
    ("{\"a\":1}\n x", "line 2, column 2: found \"x\", expected the end of the document"),
    ("[1,]", "line 1, column 4: found \"]\", expected a value"),
    ("[1 2]", "line 1, column 4: found \"2\", expected \",\" or \"]\""),
    ("{\"a\" 1}", "line 1, column 6: found \"1\", expected \":\" after a key"),
    ("{\"a\":1,}", "line 1, column 8: found \"}\", expected a key in quotes"),
    ("{a:1}", "line 1, column 2: found \"a\", expected a key in quotes"),
    ("{\"a\":1,\"b\":2,\"a\":3}", "line 1, column 18: the key \"a\" occurs twice in one object"),
    (
      "{\"\u{E9}\":1,\"e\u{301}\":2}",
      "line 1, column 13: the key \"e\u{301}\" occurs twice, in two Unicode spellings"
    ),
    ("nul", "line 1, column 1: found \"n\", expected null"),
    ("TRUE", "line 1, column 1: found \"T\", expected a value"),
    ("01", "line 1, column 1: a number may not begin with a zero"),
    ("-", "line 1, column 2: the document ends here, expected a digit"),
    ("1.", "line 1, column 3: the document ends here, expected a digit"),
    ("1e+", "line 1, column 4: the document ends here, expected a digit"),
    ("+1", "line 1, column 1: found \"+\", expected a value"),
    ("NaN", "line 1, column 1: found \"N\", expected a value"),
    ("1e400", "line 1, column 1: 1e400 does not fit in a 64-bit number"),
    ("\"abc", "line 1, column 1: the string that begins here is not closed"),
    ("\"abc\\", "line 1, column 1: the string that begins here is not closed"),
    ("\"a\nb\"", "line 1, column 3: holds the control byte 0x0A, which a string has to escape"),
    (#""a\x""#, "line 1, column 3: is not an escape that JSON knows"),
    (#""\u12""#, "line 1, column 2: is not followed by four hexadecimal digits"),
    (#""\u12g4""#, "line 1, column 2: is not followed by four hexadecimal digits"),
    (
      #""é\ud800""#,
      "line 1, column 3: is half of a surrogate pair, which stands for no character"
    ),
    (
      #""\udc00\ud800""#,
      "line 1, column 2: is half of a surrogate pair, which stands for no character"
    ),
    ("\u{FEFF}1", "line 1, column 1: found the byte 0xEF, expected a value"),
  ])
  func malformedTextNamesItsPlace(text: String, message: String) {
    expectError("x.json: " + message) { try parse(text) }
  }

  @Test(
    arguments: [
      [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xE2, 0x82], [0xC3], [0xFF],
      [0xE2, 0x82, 0x41],
    ] as [[UInt8]])
  func invalidUTF8IsRefused(bytes: [UInt8]) {
    let quoted = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
    #expect(throws: SPINError.self) { try JSON(parsing: quoted, path: "x.json") }
    #expect(throws: SPINError.self) { try JSON(parsing: Array(quoted.dropLast()), path: "x.json") }
  }

  @Test func nestingEndsAt128() throws {
    let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    _ = try parse(deep)
    expectError("x.json: line 1, column 130: is nested deeper than 128 levels") {
      try parse("[" + deep + "]")
    }
  }

  /// Whatever the bytes, parsing returns or throws, and skipping accepts exactly what parsing does.
  @Test func mutatedDocumentsNeverTrap() throws {
    let seedText = Array(
      #"{"a": [1, -2.5e3, true, null, "é\u00e9\ud83d\ude00\n"], "b": {"c": []}}"#.utf8)
    let interesting = Array("{}[]\",:\\u0eE+-.1tfn ".utf8) + [0x00, 0x80, 0xC3, 0xED, 0xFF]
    for seed in 0..<3_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = seedText
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let byte = interesting.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = byte
        case 1: bytes.insert(byte, at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 3))
        }
        if bytes.isEmpty { bytes = [byte] }
      }
      let parsed = Result { try JSON(parsing: bytes, path: "x.json") }
      let skipped = Result {
        var reader = try JSONReader(bytes, path: "x.json")
        try reader.skipValue()
        try reader.finish()
      }
      if case .success(let value) = parsed {
        #expect(throws: Never.self, "seed \(seed)") { try skipped.get() }
        #expect(try parse(value.serialized()) == value, "seed \(seed)")
      }
    }
  }

  private func parse(_ text: String) throws -> JSON {
    try JSON(parsing: Array(text.utf8), path: "x.json")
  }
}

/// Expects a `SPINError` that reads exactly like this.
func expectError<Result>(
  _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Result
) {
  do {
    _ = try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch {
    #expect("\(error)" == text, sourceLocation: sourceLocation)
  }
}

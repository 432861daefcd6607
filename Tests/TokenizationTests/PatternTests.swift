// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINTestSupport
import SPINTokenization
import Testing

/// The engine for regular expressions against the one of the `tokenizers` package.
struct PatternTests {
  /// Where the text is cut when matches are isolated, and what remains when they are removed.
  private func pieces(
    _ pattern: String, _ text: String
  ) throws -> (isolated: [Range<Int>], removed: [Range<Int>]) {
    let utf8 = Array(text.utf8)
    /// Offsets in bytes as offsets in scalars.
    var scalars: [Int: Int] = [utf8.count: text.unicodeScalars.count]
    var count = 0
    for (index, byte) in utf8.enumerated() where byte & 0xC0 != 0x80 {
      scalars[index] = count
      count += 1
    }
    var (isolated, removed): ([Range<Int>], [Range<Int>]) = ([], [])
    var position = 0
    func gap(to end: Int) {
      if position < end {
        isolated.append(position..<end)
        removed.append(position..<end)
      }
    }
    for match in try PatternProgram(pattern).matches(in: utf8) {
      gap(to: match.lowerBound)
      if !match.isEmpty { isolated.append(match) }
      position = match.upperBound
    }
    gap(to: utf8.count)
    func inScalars(_ ranges: [Range<Int>]) throws -> [Range<Int>] {
      try ranges.map {
        try #require(scalars[$0.lowerBound])..<#require(scalars[$0.upperBound])
      }
    }
    return (try inScalars(isolated), try inScalars(removed))
  }

  @Test func matchesAreThoseOfThePackage() throws {
    let cases = try TokenizationFixture().root.required("patterns", as: [JSONObject].self)
    #expect(cases.count > 100)
    for item in cases {
      let (pattern, text): (String, String) = (
        try item.required("pattern"), try item.required("text")
      )
      let found = try pieces(pattern, text)
      #expect(
        found.isolated == (try TokenizationFixture.ranges(item, "isolated")),
        "\(pattern) in \(text.debugDescription)")
      #expect(
        found.removed == (try TokenizationFixture.ranges(item, "removed")),
        "\(pattern) in \(text.debugDescription)")
    }
  }

  @Test func patternsThatThePackageRefusesAreRefused() throws {
    for pattern in try TokenizationFixture().root.required("refused", as: [String].self) {
      #expect(throws: SPINError.self, "\(pattern)") { try PatternProgram(pattern) }
    }
  }

  @Test(
    arguments: [
      (#"a\K"#, #"this escape, "\K", is not supported (at offset 1 of the pattern)"#),
      (#"ab\X"#, #"this escape, "\X", is not supported (at offset 2 of the pattern)"#),
      (#"(a)\1"#, #"a backreference or octal number, "\1", is not supported (at offset 3 of the"#),
      ("(?<n>a)", #"this kind of group, "(?<", is not supported (at offset 0 of the pattern)"#),
      ("a(?~b)", #"this kind of group, "(?~", is not supported (at offset 1 of the pattern)"#),
      ("(?<=a+)b", "look-behind of varying length"),
      (#"\p{Emoji}"#, #"this property, "\p{Emoji}", is not supported (at offset 0"#),
      (
        "(a*)*", #"repetition of what can match the empty text, "*", is not supported (at offset 4"#
      ),
      (#"\xFF"#, #"a byte that is no character, "\xFF", is not supported"#),
      ("[a-z&&]", "an intersection with nothing"),
      ("(?i:ss)", "a letter that is equal to a part of one letter where case is ignored"),
      ("(?i:[ß])", "a letter that is equal to several where case is ignored"),
      ("a{1001}", "repeats more than 1000 times (at offset 2 of the pattern)"),
      (String(repeating: "(", count: 70), "is nested deeper than 64 levels"),
      (String(repeating: "a", count: 16385), "has 16385 characters, a pattern of at most 16384"),
      ("(?:(?:ab){1000}){1000}", "the pattern is too large"),
      ("(?:a|b){1000}(?:a|b){1000}", "the pattern is too large"),
    ])
  func whatIsNotSupportedIsRefusedByNameAndOffset(pattern: String, message: String) throws {
    let error = try #require(throws: SPINError.self) { try PatternProgram(pattern) }
    #expect(error.description.contains(message), "\(error)")
  }

  /// Each takes quadratic or exponential time where failed states are not remembered; with twice the
  /// text, four times as long or without end.
  @Test(
    arguments: [
      (#"\s+$"#, " ", "x"), (#"(?:a|a)*b"#, "a", ""), (#"(?:a*a*)+b"#, "a", ""),
      (#"(?:aa|a)*(?:a|aa)*b"#, "a", ""), (#"a*a*a*a*b"#, "a", ""), (#"\s++x"#, " ", ""),
      (#"(?>a+)b"#, "a", ""), (#"(?=a+b)c"#, "a", ""), (#"(?=(?:aaa)+(?!a))"#, "a", ""),
      (#"(?:(?=a*b)a)+"#, "a", ""), (#"a*?b"#, "a", ""), (#"(?:a{0,9}){0,9}b"#, "a", ""),
    ])
  func hostilePatternsTakeLinearTime(pattern: String, unit: String, end: String) throws {
    if pattern.contains("(?:a*a*)+") {
      #expect(throws: SPINError.self) { try PatternProgram(pattern) }
      return
    }
    let program = try PatternProgram(pattern)
    let text = Array((String(repeating: unit, count: 50_000) + end).utf8)
    let time = ContinuousClock().measure { _ = program.matches(in: text) }
    #expect(time < .seconds(20), "\(time)")
  }

  @Test func deepBacktrackingNeedsNoDeepStack() throws {
    let text = Array((String(repeating: "ab", count: 200_000) + "c").utf8)
    #expect(try PatternProgram("(?:ab)+d|c").matches(in: text) == [400_000..<400_001])
    #expect(try PatternProgram("(?:ab|a)+c").matches(in: text) == [0..<400_001])
  }

  /// The fast scanners and the engine on the same pattern.
  @Test(arguments: WordPattern.allCases)
  func theEngineAgreesWithTheScannersByHand(pattern: WordPattern) throws {
    let program = try PatternProgram(pattern.text)
    var generator = SeededGenerator(seed: 9)
    let alphabet = Array(" \n\r\t aZé'sſ12½٣!?.-_日漢e\u{301}🦙\u{A0}'LL".unicodeScalars)
    for _ in 0..<2000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...20, using: &generator) {
        text.append(alphabet.randomElement(using: &generator) ?? " ")
      }
      let utf8 = Array(String(text).utf8)
      #expect(
        program.matches(in: utf8).map(\.upperBound) == pattern.wordEnds(in: utf8),
        "\(String(text).debugDescription)")
    }
  }
}

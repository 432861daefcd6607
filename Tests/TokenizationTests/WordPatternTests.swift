// SPDX-License-Identifier: Apache-2.0

import SPINTestSupport
import SPINTokenization
import Testing

/// What the patterns cut, as the `tokenizers` package 0.23.3 cuts it.
struct WordPatternTests {
  private static let llama3: [(String, [String])] = [
    (
      "I'LL say 12345 things!\r\n\n  ok\t x  ",
      ["I", "'LL", " say", " ", "123", "45", " things", "!\r\n\n", " ", " ok", "\t", " x", "  "]
    ),
    ("a \n \n b", ["a", " \n \n", " b"]),
    ("'\u{17F}x", ["'\u{17F}", "x"]),
    ("  \u{3000}hi", ["  ", "\u{3000}hi"]),
    ("...\n\nq", ["...\n\n", "q"]),
    ("x'd '\u{17F}", ["x", "'d", " '", "\u{17F}"]),
    ("\n a", ["\n", " a"]),
    ("½٣२५६", ["½٣२", "५६"]),
  ]

  private static let gpt2: [(String, [String])] = [
    (
      "I'LL can't 12345 things!\r\n\n  ok\t x  ",
      [
        "I", "'", "LL", " can", "'t", " 12345", " things", "!", "\r\n\n ", " ok", "\t", " x", "  ",
      ]
    ),
    (" 's", [" '", "s"]),
    ("  ..a", [" ", " ..", "a"]),
  ]

  private func words(_ pattern: WordPattern, _ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var start = 0
    return pattern.wordEnds(in: bytes).map { end in
      defer { start = end }
      return String(decoding: bytes[start..<end], as: UTF8.self)
    }
  }

  @Test(arguments: llama3) func llama3CutsNumbersInThrees(text: String, expected: [String]) {
    // Compared as scalars: strings that are canonically equivalent count as equal in Swift.
    #expect(words(.llama3, text).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
  }

  @Test(arguments: gpt2) func gpt2TakesOneSpaceBeforeAWord(text: String, expected: [String]) {
    #expect(words(.gpt2, text).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
  }

  @Test func qwen2CutsEachDigit() {
    #expect(words(.qwen2, "a 12") == ["a", " ", "1", "2"])
  }

  @Test func theirTextIsWhatTheyAreKnownBy() {
    for pattern in WordPattern.allCases { #expect(WordPattern(text: pattern.text) == pattern) }
    #expect(WordPattern(text: #"\p{L}+"#) == nil)
  }

  @Test func wordsCoverAnyTextWithoutGap() {
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var text = ""
      for _ in 0..<Int.random(in: 0...60, using: &generator) {
        let limit: UInt32 = Bool.random(using: &generator) ? 0x80 : 0x11_0000
        if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) {
          text.unicodeScalars.append(scalar)
        }
      }
      for pattern in WordPattern.allCases {
        let ends = pattern.wordEnds(in: Array(text.utf8))
        #expect(ends.last ?? 0 == text.utf8.count, "seed \(seed)")
        #expect(zip([0] + ends, ends).allSatisfy { $0 < $1 }, "seed \(seed)")
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import SPINTokenization
import Testing

struct CanonicalCompositionTests {
  private func composed(_ text: String) -> String {
    String(decoding: CanonicalComposition.normalize(Array(text.utf8)), as: UTF8.self)
  }

  private static let pairs: [(String, String)] = [
    ("", ""), ("plain", "plain"), ("e\u{301}", "\u{E9}"), ("\u{212B}", "\u{C5}"),
    // Marks are ordered by class before they combine.
    ("q\u{307}\u{323}", "q\u{323}\u{307}"), ("a\u{323}\u{302}", "\u{1EAD}"),
    // The second mark of a class is blocked by the first.
    ("x\u{301}\u{300}", "x\u{301}\u{300}"),
    // Hangul.
    ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"), ("\u{AC00}\u{11A8}", "\u{AC01}"),
    // Excluded from composition.
    ("\u{958}", "\u{915}\u{93C}"), ("\u{344}", "\u{308}\u{301}"),
    // Later than the Unicode version that the package composes by.
    ("\u{11935}\u{11930}", "\u{11935}\u{11930}"),
    ("\u{DD9}\u{DCF}\u{DCA}", "\u{DDD}"),
    // Several stretches, and what lies between them.
    ("ae\u{301}bc\u{308}e\u{301} z", "a\u{E9}bc\u{308}\u{E9} z"),
  ]

  @Test(arguments: pairs) func textIsComposedAsByThePackage(text: String, expected: String) {
    #expect(Array(composed(text).utf8) == Array(expected.utf8))
  }

  @Test func composingTwiceIsComposingOnce() {
    for seed in 0..<500 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var text = ""
      for _ in 0..<20 {
        let range: Range<UInt32> =
          [0x41..<0x250, 0x300..<0x370, 0x900..<0xE00, 0x1100..<0x1200, 0x1E00..<0x2000]
          .randomElement(using: &generator) ?? 0x41..<0x250
        if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
          text.unicodeScalars.append(scalar)
        }
      }
      let once = composed(text)
      #expect(Array(composed(once).utf8) == Array(once.utf8), "seed \(seed)")
      // Swift compares strings by canonical equivalence.
      #expect(once == text, "seed \(seed)")
    }
  }
}

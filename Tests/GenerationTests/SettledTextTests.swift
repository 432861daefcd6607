// SPDX-License-Identifier: Apache-2.0

import SPINGeneration
import Testing

struct SettledTextTests {
  /// Worked by hand: text so far, stop strings, what may be shown.
  @Test(arguments: [
    ("abc", [], "abc"), ("ab\u{FFFD}\u{FFFD}", [], "ab"), ("a\u{FFFD}b", [], "a\u{FFFD}b"),
    ("say\nUs", ["\nUser:"], "say"), ("say\nYou", ["\nUser:"], "say\nYou"),
    ("xaab", ["aabaa", "b!"], "x"), ("aaa", ["aaab"], ""), ("abc", ["", "c"], "abc"),
    ("", ["a"], ""),
  ])
  func heldBackIsOnlyWhatMayChange(_ text: String, _ stops: [String], _ expected: String) {
    #expect(SettledText.prefix(of: text, stopStrings: stops) == expected)
  }

  /// Whatever bytes come one by one, what was shown is never taken back and never part of a stop.
  @Test func shownTextOnlyGrows() {
    let whole = "naïve 😀 text\nUser: more"
    let bytes = Array(whole.utf8)
    var shown = ""
    for count in 0...bytes.count {
      let text = String(decoding: bytes[..<count], as: UTF8.self)
      guard !text.contains("\nUser:") else { break }
      let next = SettledText.prefix(of: text, stopStrings: ["\nUser:"])
      #expect(next.hasPrefix(shown))
      #expect(whole.hasPrefix(next) && !next.contains("\u{FFFD}"))
      shown = next
    }
    #expect(shown == "naïve 😀 text")
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINStorage
import Testing

struct PrintableTextTests {
  @Test(arguments: [
    ("plain", "plain"), ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ("\u{1B}[2J\u{1B}]52;c;x\u{7}", "\\u001b[2J\\u001b]52;c;x\\u0007"),
    ("a\rb\u{8}c\u{7F}", "a\\u000db\\u0008c\\u007f"), ("\u{9B}31m", "\\u009b31m"),
    ("\u{202E}gpj.exe", "\\u202egpj.exe"), ("a\u{2066}b\u{2069}c", "a\\u2066b\\u2069c"),
    ("\u{200E}\u{200F}\u{61C}", "\\u200e\\u200f\\u061c"), ("\u{2028}\u{2029}", "\\u2028\\u2029"),
    // Letters whose bytes begin alike, joiners of emoji, and accents stay.
    ("é\u{A0}£ ؋ ا — … 👩‍👩‍👧 e\u{301}", "é\u{A0}£ ؋ ا — … 👩‍👩‍👧 e\u{301}"),
  ])
  func whatATerminalWouldObeyIsEscaped(text: String, shown: String) {
    #expect(PrintableText.escaped(text).utf8.elementsEqual(shown.utf8))
  }

  @Test func aLineStaysOne() {
    #expect(PrintableText.escaped("a\nb\tc", keepsNewlines: false) == "a\\u000ab\tc")
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import Testing

struct NamePatternTests {
  @Test(arguments: [
    ("a.pth", "*.pth", true), ("A.PTH", "*.pth", true), (".pth", "*.pth", true),
    ("apth", "*.pth", false), ("a.pth.txt", "*.pth", false),
    ("consolidated.00.pth", "consolidated*.pt*", true),
    ("consolidated", "consolidated*.pt*", false), ("x.gguf", "*.gguf*", true),
    ("original", "original", true), ("originals", "original", false), ("a", "*", true),
    ("aa", "a*a", true), ("a", "a*a", false),
  ])
  func namesFit(_ name: String, _ pattern: String, _ expected: Bool) {
    #expect(NamePattern(stringLiteral: pattern).matches(name) == expected)
  }
}

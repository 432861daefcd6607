// SPDX-License-Identifier: Apache-2.0

import SPINStorage
import Testing

/// A text that holds its own digest.
struct ContentSealTests {
  private let text = "head <\(ContentSeal.blank)>\n" + String(repeating: "numbers\n", count: 100)

  @Test func aChangedByteIsNoticed() {
    let sealed = Array(ContentSeal.sealed(text).utf8)
    #expect(sealed.count == text.utf8.count)
    #expect(ContentSeal.isIntact(sealed) == true)
    for place in [0, 20, sealed.count - 1] {
      var changed = sealed
      changed[place] ^= 1
      #expect(ContentSeal.isIntact(changed) != true, "\(place)")
    }
    #expect(ContentSeal.isIntact(sealed + [10]) == false)
    #expect(ContentSeal.isIntact(Array("spin-sha256:00".utf8)) == nil)
    #expect(ContentSeal.isIntact([]) == nil)
  }

  /// A page may quote a text that looks like a seal, before or behind its own.
  @Test func whatIsQuotedIsNoSeal() {
    for place in [ContentSeal.Place.first, .last] {
      let quoted = "answer: \(ContentSeal.blank)\n"
      let whole = place == .first ? text + quoted : quoted + text
      let sealed = ContentSeal.sealed(whole, place)
      #expect(sealed.contains(quoted))
      #expect(ContentSeal.isIntact(Array(sealed.utf8)) == true)
      #expect(ContentSeal.isIntact(Array(sealed.replacing("answer", with: "Answer").utf8)) == false)
    }
  }
}

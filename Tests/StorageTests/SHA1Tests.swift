// SPDX-License-Identifier: Apache-2.0

import SPINStorage
import Testing

struct SHA1Tests {
  private func digest(_ bytes: [UInt8]) -> String {
    var hash = SHA1()
    hash.update(bytes)
    return hash.hexadecimal
  }

  /// FIPS 180-4's examples and NIST's long vector, as `sha1sum` prints them too.
  @Test func knownDigests() {
    #expect(digest([]) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    #expect(digest(Array("abc".utf8)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(
      digest(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    #expect(
      digest([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
  }

  /// As `git hash-object` names files.
  @Test func gitNamesFilesBySizeAndContent() {
    for (text, name) in [
      ("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
      ("Hello, World!", "b45ef6fec89518d314f546fd6c3025367b721684"),
    ] {
      var hash = SHA1(gitBlobOf: text.utf8.count)
      hash.update(Array(text.utf8))
      #expect(hash.hexadecimal == name)
    }
  }

  /// Padding has a case of its own for each length of the last block.
  @Test func piecesDoNotMatter() {
    let bytes = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    for count in 0...bytes.count {
      let whole = digest(Array(bytes[..<count]))
      for piece in [1, 63, 64, 65] {
        var hash = SHA1()
        for start in stride(from: 0, to: count, by: piece) {
          hash.update(Array(bytes[start..<min(start + piece, count)]))
        }
        #expect(hash.hexadecimal == whole, "\(count) bytes in pieces of \(piece)")
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import CDigest
import SPINStorage
import Testing

struct SHA256Tests {
  private func digest(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexadecimal
  }

  /// FIPS 180-4's examples and NIST's long vector, as `sha256sum` prints them too.
  @Test func knownDigests() {
    #expect(
      digest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      digest(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      digest(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      digest([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// Padding has a case of its own for each length of the last block.
  @Test func piecesDoNotMatter() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    for count in 0...bytes.count {
      let whole = digest(Array(bytes[..<count]))
      for piece in [1, 3, 63, 64, 65, 128] {
        var hash = SHA256()
        for start in stride(from: 0, to: count, by: piece) {
          hash.update(Array(bytes[start..<min(start + piece, count)]))
        }
        #expect(hash.hexadecimal == whole, "\(count) bytes in pieces of \(piece)")
      }
    }
  }

  /// The processor's instructions against the standard's own text, over many blocks.
  @Test func instructionsEqualPortableCode() {
    var bytes = [UInt8](repeating: 0, count: 64 * 1000)
    var seed: UInt32 = 1
    for index in bytes.indices {
      seed = seed &* 1_664_525 &+ 1_013_904_223
      bytes[index] = UInt8(truncatingIfNeeded: seed >> 24)
    }
    var fast = [UInt32](repeating: 0, count: 8)
    var plain = fast
    unsafe spin_sha256_start(&fast)
    unsafe spin_sha256_start(&plain)
    for count in [1, 2, 999] {
      unsafe spin_sha256_blocks(&fast, bytes, count)
      unsafe spin_sha256_blocks_portable(&plain, bytes, count)
      #expect(fast == plain)
    }
  }
}

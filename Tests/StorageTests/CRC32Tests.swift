// SPDX-License-Identifier: Apache-2.0

import CDigest
import SPINStorage
import Testing

struct CRC32Tests {
  /// The check value of the algorithm, and what zlib says of other bytes.
  @Test func knownChecksums() {
    #expect(CRC32.checksum([]) == 0)
    #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(
      CRC32.checksum((0..<1000).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }) == 0xC390_5A1D)
  }

  /// The processor's instructions and the table agree at every length and alignment.
  @Test func instructionsAgreeWithTheTable() {
    let bytes = (0..<700).map { UInt8(truncatingIfNeeded: $0 &* $0 &+ 3) }
    for start in 0..<17 {
      for end in start...bytes.count {
        let part = Array(bytes[start..<end])
        #expect(
          unsafe spin_crc32(9, part, part.count) == spin_crc32_portable(9, part, part.count))
      }
    }
  }

  @Test func piecesDoNotMatter() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    for piece in [1, 15, 64, 333] {
      var crc = CRC32()
      for start in stride(from: 0, to: bytes.count, by: piece) {
        Array(bytes[start..<min(start + piece, bytes.count)]).withRawSpan { crc.update($0) }
      }
      #expect(crc.checksum == CRC32.checksum(bytes))
    }
  }
}

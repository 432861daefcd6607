// SPDX-License-Identifier: Apache-2.0

/// The checksum of zip archives (polynomial 0x04C11DB7, reflected).
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { value in
    (0..<8).reduce(UInt32(value)) { word, _ in word & 1 == 1 ? word >> 1 ^ 0xEDB8_8320 : word >> 1 }
  }

  /// The checksum of some bytes.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    let table = table
    return ~bytes.reduce(0xFFFF_FFFF) { word, byte in
      word >> 8 ^ table[Int(UInt8(truncatingIfNeeded: word) ^ byte)]
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import CDigest

/// An incremental CRC-32, the checksum of zip archives, for input in pieces of any length.
///
/// - Source: APPNOTE.TXT 6.3.10 of PKWARE, 4.4.7.
package struct CRC32: Sendable {
  /// The checksum of all bytes added so far.
  package private(set) var checksum: UInt32 = 0

  /// Begins a checksum.
  package init() {}

  /// Adds bytes to the checksum.
  package mutating func update(_ bytes: RawSpan) {
    let before = checksum
    checksum = unsafe bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return before }
      return unsafe spin_crc32(before, base.assumingMemoryBound(to: UInt8.self), bytes.count)
    }
  }

  /// Adds an array of bytes to the checksum.
  package mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

  /// Adds the bytes of numbers to the checksum, as they are in memory.
  package mutating func update(_ numbers: Span<Float>) { unsafe update(numbers.bytes) }

  /// The checksum of an array of bytes.
  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = CRC32()
    crc.update(bytes)
    return crc.checksum
  }
}

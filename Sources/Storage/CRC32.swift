// SPDX-License-Identifier: Apache-2.0

internal import CDigest

/// The checksum of zip archives, of bytes that arrive in pieces of any length.
///
/// - Source: APPNOTE.TXT 6.3.10 of PKWARE, 4.4.7.
package struct CRC32: Sendable {
  /// The checksum of what was added.
  package private(set) var checksum: UInt32 = 0

  /// The checksum of nothing so far.
  package init() {}

  /// Continues the checksum over more bytes.
  package mutating func update(_ bytes: RawSpan) {
    let before = checksum
    checksum = unsafe bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return before }
      return unsafe spin_crc32(before, base.assumingMemoryBound(to: UInt8.self), bytes.count)
    }
  }

  /// The checksum of some bytes.
  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = CRC32()
    unsafe crc.update(bytes.span.bytes)
    return crc.checksum
  }
}

// SPDX-License-Identifier: Apache-2.0

/// Divides input in pieces of any length into the 64-byte blocks of SHA-1 and SHA-256.
///
/// - Source: FIPS 180-4, 5.1.1 and 5.2.1.
struct BlockStream: Sendable {
  /// The bytes of the last, incomplete block; fewer than 64.
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Adds bytes; calls `compress` with whole blocks.
  mutating func update(_ bytes: RawSpan, _ compress: (RawSpan) -> Void) {
    byteCount &+= UInt64(bytes.byteCount)
    var start = 0
    if !rest.isEmpty {
      start = min(64 - rest.count, bytes.byteCount)
      bytes.extracting(0..<start).append(to: &rest)
      guard rest.count == 64 else { return }
      unsafe compress(rest.span.bytes)
      rest.removeAll(keepingCapacity: true)
    }
    let whole = (bytes.byteCount - start) / 64 * 64
    if whole > 0 { compress(bytes.extracting(start..<start + whole)) }
    bytes.extracting((start + whole)...).append(to: &rest)
  }

  /// Calls `compress` with the last blocks: the remaining bytes, a one bit, zeros, and the number
  /// of bits.
  func finish(_ compress: (RawSpan) -> Void) {
    var last = rest + [0x80]
    last.append(contentsOf: repeatElement(0, count: (119 - rest.count) % 64))
    let bitCount = byteCount &* 8
    for shift in stride(from: 56, through: 0, by: -8) {
      last.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    unsafe compress(last.span.bytes)
  }
}

extension RawSpan {
  fileprivate func append(to array: inout [UInt8]) {
    unsafe withUnsafeBytes { unsafe array.append(contentsOf: $0) }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation

extension RawSpan {
  /// The byte at an offset.
  ///
  /// - Precondition: The offset is inside the span.
  @inlinable
  package func byte(at offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount, "offset outside the bytes")
    return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  /// The little-endian number at an offset, which need not be aligned.
  ///
  /// - Precondition: The whole number is inside the span.
  @inlinable
  package func littleEndian<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type = Number.self, at offset: Int
  ) -> Number {
    precondition(
      offset >= 0 && offset <= byteCount - MemoryLayout<Number>.size, "offset outside the bytes")
    return Number(
      littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: type))
  }
}

extension Span<Float> {
  /// Calls `body` with the bytes of the elements, in the machine's byte order.
  package func withRawSpan<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    try body(unsafe bytes)
  }
}

extension [UInt8] {
  /// Calls `body` with the bytes as a raw span.
  package func withRawSpan<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    try body(unsafe span.bytes)
  }

  /// Appends a number in little-endian order.
  @inlinable
  package mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
    for index in 0..<Number.bitWidth / 8 {
      append(UInt8(truncatingIfNeeded: number >> (8 * index)))
    }
  }
}

extension RawSpan {
  /// Whether two spans have the same bytes.
  package func isEqual(to other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    return unsafe withUnsafeBytes { left in
      unsafe other.withUnsafeBytes { right in
        guard let left = left.baseAddress, let right = right.baseAddress else { return true }
        return unsafe memcmp(left, right, byteCount) == 0
      }
    }
  }
}

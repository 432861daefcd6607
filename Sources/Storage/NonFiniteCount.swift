// SPDX-License-Identifier: Apache-2.0

/// The number of NaN and infinite elements in some data, and the index of the first.
///
/// A single such weight can make every output of a model NaN, so code that writes weights counts
/// them first.
public struct NonFiniteCount: Sendable, Equatable {
  /// The number of NaN elements.
  public private(set) var nan = 0
  /// The number of infinite elements of either sign.
  public private(set) var infinity = 0
  /// The index of the first NaN or infinite element; nil if there is none.
  public private(set) var first: Int?

  /// Begins a count.
  public init() {}

  /// Whether all elements are finite.
  public var isEmpty: Bool { first == nil }

  /// The counts as text: "2 NaN and 1 infinite values".
  public var text: String {
    let parts = [nan > 0 ? "\(nan) NaN" : nil, infinity > 0 ? "\(infinity) infinite" : nil]
    return parts.compactMap(\.self).joined(separator: " and ")
      + (nan + infinity == 1 ? " value" : " values")
  }

  /// Counts the elements in some bytes.
  ///
  /// - Parameters:
  ///   - bytes: Whole elements, little-endian.
  ///   - type: The type of the elements.
  ///   - offset: The index of the first of these elements in the whole data.
  package mutating func add(_ bytes: RawSpan, _ type: ElementType, at offset: Int) {
    switch type {
    case .float32: add(bytes, infinity: 0x7F80_0000 as UInt32, at: offset)
    case .float16: add(bytes, infinity: 0x7C00 as UInt16, at: offset)
    case .bfloat16: add(bytes, infinity: 0x7F80 as UInt16, at: offset)
    }
  }

  /// Counts IEEE numbers of any width, made of sign, exponent and fraction, little-endian.
  ///
  /// - Parameter infinity: The bits of positive infinity; a larger magnitude is NaN.
  package mutating func add<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ bytes: RawSpan, infinity: Bits, at offset: Int
  ) {
    let count = bytes.byteCount / MemoryLayout<Bits>.size
    let magnitude = Bits.max >> 1
    unsafe bytes.withUnsafeBytes { buffer in
      // The inner loop has no branches; nearly all pieces contain only finite elements.
      for start in stride(from: 0, to: count, by: 4096) {
        let piece = start..<min(start + 4096, count)
        var found: Bits = 0
        for index in piece {
          let bits = unsafe Self.bits(buffer, index) & magnitude
          found |= bits >= infinity ? 1 : 0
        }
        guard found != 0 else { continue }
        for index in piece {
          let bits = unsafe Self.bits(buffer, index) & magnitude
          if bits >= infinity { note(isNaN: bits > infinity, at: offset + index) }
        }
      }
    }
  }

  /// Counts elements of one byte each, given the bit patterns that are not finite.
  package mutating func add(
    _ bytes: RawSpan, nan: (UInt8) -> Bool, infinity: (UInt8) -> Bool, at offset: Int
  ) {
    for index in 0..<bytes.byteCount {
      let byte = bytes.byte(at: index)
      if nan(byte) { note(isNaN: true, at: offset + index) }
      if infinity(byte) { note(isNaN: false, at: offset + index) }
    }
  }

  /// Adds the count of elements that come after those counted so far.
  package mutating func add(_ other: NonFiniteCount) {
    nan += other.nan
    infinity += other.infinity
    first = first ?? other.first
  }

  private mutating func note(isNaN: Bool, at index: Int) {
    if isNaN { nan += 1 } else { infinity += 1 }
    first = first ?? index
  }

  private static func bits<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ buffer: UnsafeRawBufferPointer, _ index: Int
  ) -> Bits {
    Bits(
      littleEndian: unsafe buffer.loadUnaligned(
        fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self))
  }
}

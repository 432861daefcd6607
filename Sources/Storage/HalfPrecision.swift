// SPDX-License-Identifier: Apache-2.0

/// Converts between Float32 and the bit patterns of 16-bit floating-point numbers, without hardware
/// support.
///
/// Patterns are `UInt16`, because `Float16` does not exist on every supported platform.
public enum HalfPrecision {
  /// The value of a bfloat16 bit pattern; exact.
  @inlinable
  public static func float(bfloat16 bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }

  /// The nearest bfloat16, ties to even.
  ///
  /// - Edge Cases: a NaN becomes a quiet NaN; values beyond the largest finite bfloat16 round to
  ///   infinity.
  @inlinable
  public static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x0040 }
    let rounding = 0x7FFF + ((bits >> 16) & 1)
    return UInt16(truncatingIfNeeded: (bits &+ rounding) >> 16)
  }

  /// The value of an IEEE binary16 bit pattern; exact.
  @inlinable
  public static func float(float16 bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // Zero or subnormal: fraction * 2^-24, exact in binary32.
      let magnitude = Float(fraction) * 0x1p-24
      return Float(bitPattern: magnitude.bitPattern | sign)
    case 0x1F:
      return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default:
      return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// The nearest IEEE binary16, ties to even.
  ///
  /// - Edge Cases: a NaN becomes a quiet NaN; values beyond 65,519.99 round to infinity.
  @inlinable
  public static func float16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
    if magnitude >= 0x4780_0000 { return sign | 0x7C00 }  // 65,536 and up
    if magnitude < 0x3880_0000 {
      // Below 2^-14 the result is subnormal: adding 0.5 aligns the fraction to units of 2^-24 and
      // lets the addition round to even.
      let shifted = Float(bitPattern: magnitude) + 0.5
      return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- 0x3F00_0000)
    }
    let rounded = magnitude &+ 0xFFF &+ ((magnitude >> 13) & 1)
    return sign | UInt16(truncatingIfNeeded: (rounded &- 0x3800_0000) >> 13)
  }
}

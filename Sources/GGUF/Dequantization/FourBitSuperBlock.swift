// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Blocks of 256 values of four or five bits in eight groups, each with a scale and a minimum of six
/// bits.
enum FourBitSuperBlock {
  /// Q4_K: (d s) q - (dmin m); layout: d, dmin, scales[12], q[128].
  static func fourBits(
    _ bytes: RawSpan, _ source: Int, _ values: inout MutableSpan<Float>, _ target: Int
  ) {
    for group in 0..<8 {
      let (scale, minimum) = scales(bytes, source, group)
      let first = source + 16 + group / 2 * 32
      let shift: UInt8 = group % 2 == 0 ? 0 : 4
      for index in 0..<32 {
        let q = bytes.byte(at: first + index) >> shift & 15
        values[target + group * 32 + index] = scale * Float(q) - minimum
      }
    }
  }

  /// Q5_K: the same with a fifth bit; layout: d, dmin, scales[12], high[32], q[128].
  static func fiveBits(
    _ bytes: RawSpan, _ source: Int, _ values: inout MutableSpan<Float>, _ target: Int
  ) {
    for group in 0..<8 {
      let (scale, minimum) = scales(bytes, source, group)
      let first = source + 48 + group / 2 * 32
      let shift: UInt8 = group % 2 == 0 ? 0 : 4
      for index in 0..<32 {
        let low = bytes.byte(at: first + index) >> shift & 15
        let high = bytes.byte(at: source + 16 + index) >> UInt8(group) & 1
        values[target + group * 32 + index] = scale * Float(low | high << 4) - minimum
      }
    }
  }

  /// The scale and the minimum of a group, times those of the block.
  ///
  /// Twelve bytes hold eight of each: six low bits of the first four, then of the minima; the last
  /// four have their low four bits in the last bytes and the high two above the first ones.
  private static func scales(
    _ bytes: RawSpan, _ source: Int, _ group: Int
  ) -> (scale: Float, minimum: Float) {
    let packed = source + 4
    let scale: UInt8
    let minimum: UInt8
    if group < 4 {
      scale = bytes.byte(at: packed + group) & 63
      minimum = bytes.byte(at: packed + 4 + group) & 63
    } else {
      let low = bytes.byte(at: packed + 4 + group)
      scale = low & 15 | bytes.byte(at: packed + group - 4) >> 2 & 48
      minimum = low >> 4 | bytes.byte(at: packed + group) >> 2 & 48
    }
    return (
      bytes.half(at: source) * Float(scale), bytes.half(at: source + 2) * Float(minimum)
    )
  }
}

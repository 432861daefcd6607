// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Blocks of 256 values of two bits in 16 groups, each with a scale and a minimum of four bits.
enum TwoBitSuperBlock {
  /// Q2_K: (d s) q - (dmin m); layout: scales[16], q[64], d, dmin.
  static func decode(
    _ bytes: RawSpan, _ source: Int, _ values: inout MutableSpan<Float>, _ target: Int
  ) {
    let scale = bytes.half(at: source + 80)
    let minimum = bytes.half(at: source + 82)
    for group in 0..<16 {
      let packed = bytes.byte(at: source + group)
      let groupScale = scale * Float(packed & 15)
      let groupMinimum = minimum * Float(packed >> 4)
      // 32 bytes hold four layers of 32 values, the lowest bits first.
      let layer = UInt8(group % 8 / 2 * 2)
      let first = source + 16 + group / 8 * 32 + group % 2 * 16
      for index in 0..<16 {
        let q = bytes.byte(at: first + index) >> layer & 3
        values[target + group * 16 + index] = groupScale * Float(q) - groupMinimum
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Blocks of 256 values of three bits in 16 groups, each with a scale of six bits.
enum ThreeBitSuperBlock {
  /// Q3_K: (d (s - 32)) (q - 4 where the mask's bit is clear); layout: mask[32], q[64], scales[12], d.
  static func decode(
    _ bytes: RawSpan, _ source: Int, _ values: inout MutableSpan<Float>, _ target: Int
  ) {
    let scale = bytes.half(at: source + 108)
    let scales = source + 96
    for group in 0..<16 {
      let low = bytes.byte(at: scales + group % 8) >> (group < 8 ? 0 : 4) & 15
      let high = bytes.byte(at: scales + 8 + group % 4) >> UInt8(group / 4 * 2) & 3
      let groupScale = scale * Float(Int(low | high << 4) - 32)
      let layer = UInt8(group % 8 / 2 * 2)
      let first = source + 32 + group / 8 * 32 + group % 2 * 16
      let maskBit = UInt8(group / 2)
      for index in 0..<16 {
        let q = Int(bytes.byte(at: first + index) >> layer & 3)
        let isSet = bytes.byte(at: source + group % 2 * 16 + index) >> maskBit & 1 == 1
        values[target + group * 16 + index] = groupScale * Float(isSet ? q : q - 4)
      }
    }
  }
}

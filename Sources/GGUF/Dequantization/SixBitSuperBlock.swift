// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Blocks of 256 values of six bits in 16 groups, each with a scale of eight bits.
enum SixBitSuperBlock {
  /// Q6_K: (d s) (q - 32); layout: low[128], high[64], scales[16], d.
  static func decode(
    _ bytes: RawSpan, _ source: Int, _ values: inout MutableSpan<Float>, _ target: Int
  ) {
    let scale = bytes.half(at: source + 208)
    for group in 0..<16 {
      let groupScale = scale * Float(bytes.littleEndian(Int8.self, at: source + 192 + group))
      // Halves of 128 values: 64 low halves of bytes, then 64 high halves; 32 bytes of high bits in
      // four layers.
      let (half, inHalf) = (group / 8, group % 8)
      let low = source + half * 64 + inHalf % 4 * 16
      let high = source + 128 + half * 32 + inHalf % 2 * 16
      let lowShift: UInt8 = inHalf < 4 ? 0 : 4
      let highShift = UInt8(inHalf / 2 * 2)
      for index in 0..<16 {
        let q =
          bytes.byte(at: low + index) >> lowShift & 15
          | (bytes.byte(at: high + index) >> highShift & 3) << 4
        values[target + group * 16 + index] = groupScale * Float(Int(q) - 32)
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Blocks of 32 values of five bits: four in halves of bytes, the fifth in a word of 32 bits.
enum FiveBitBlock {
  /// Q5_0: d (q - 16).
  static func symmetric(
    _ bytes: RawSpan, _ source: Int, _ values: inout MutableSpan<Float>, _ target: Int
  ) {
    let scale = bytes.half(at: source)
    let high = bytes.littleEndian(UInt32.self, at: source + 2)
    for index in 0..<16 {
      let (first, second) = pair(bytes.byte(at: source + 6 + index), high, index)
      values[target + index] = scale * Float(first - 16)
      values[target + 16 + index] = scale * Float(second - 16)
    }
  }

  /// Q5_1: d q + m.
  static func affine(
    _ bytes: RawSpan, _ source: Int, _ values: inout MutableSpan<Float>, _ target: Int
  ) {
    let scale = bytes.half(at: source)
    let minimum = bytes.half(at: source + 2)
    let high = bytes.littleEndian(UInt32.self, at: source + 4)
    for index in 0..<16 {
      let (first, second) = pair(bytes.byte(at: source + 8 + index), high, index)
      values[target + index] = scale * Float(first) + minimum
      values[target + 16 + index] = scale * Float(second) + minimum
    }
  }

  private static func pair(_ byte: UInt8, _ high: UInt32, _ index: Int) -> (Int, Int) {
    (
      Int(byte & 15) | Int(high >> UInt32(index) & 1) << 4,
      Int(byte >> 4) | Int(high >> UInt32(index + 16) & 1) << 4
    )
  }
}

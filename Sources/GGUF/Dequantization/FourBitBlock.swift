// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Blocks of 32 values of four bits: low halves of the bytes first, then high halves.
enum FourBitBlock {
  /// Q4_0: d (q - 8).
  static func symmetric(
    _ bytes: RawSpan, _ source: Int, _ values: inout MutableSpan<Float>, _ target: Int
  ) {
    let scale = bytes.half(at: source)
    for index in 0..<16 {
      let pair = Int(bytes.byte(at: source + 2 + index))
      values[target + index] = scale * Float((pair & 15) - 8)
      values[target + 16 + index] = scale * Float((pair >> 4) - 8)
    }
  }

  /// Q4_1: d q + m.
  static func affine(
    _ bytes: RawSpan, _ source: Int, _ values: inout MutableSpan<Float>, _ target: Int
  ) {
    let scale = bytes.half(at: source)
    let minimum = bytes.half(at: source + 2)
    for index in 0..<16 {
      let pair = Int(bytes.byte(at: source + 4 + index))
      values[target + index] = scale * Float(pair & 15) + minimum
      values[target + 16 + index] = scale * Float(pair >> 4) + minimum
    }
  }
}

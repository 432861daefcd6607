// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Blocks of 32 values of eight bits.
enum EightBitBlock {
  /// Q8_0: q d.
  static func symmetric(
    _ bytes: RawSpan, _ source: Int, _ values: inout MutableSpan<Float>, _ target: Int
  ) {
    let scale = bytes.half(at: source)
    for index in 0..<32 {
      values[target + index] = Float(bytes.littleEndian(Int8.self, at: source + 2 + index)) * scale
    }
  }
}

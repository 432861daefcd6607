// SPDX-License-Identifier: Apache-2.0

public import SPINStorage

extension CPUDevice {
  /// Fills a buffer with values from a normal distribution with mean zero and the given standard
  /// deviation.
  public func fillNormal(
    _ values: FloatBuffer, deviation: Double, from generator: CounterGenerator
  ) {
    let tile = 1 << 14
    forEach((values.count + tile - 1) / tile) { _, task in
      let range = task * tile..<min(values.count, (task + 1) * tile)
      for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
        let (first, second) = generator.normals(UInt64(index / 2))
        unsafe values.base[index] = Float(deviation * first)
        if index + 1 < range.upperBound {
          unsafe values.base[index + 1] = Float(deviation * second)
        }
      }
    }
  }

  /// Fills a buffer with values drawn uniformly from -bound to bound, bound itself excluded, each
  /// from 24 bits.
  public func fillUniform(
    _ values: FloatBuffer, bound: Float, from generator: CounterGenerator
  ) {
    let tile = 1 << 14
    forEach((values.count + tile - 1) / tile) { _, task in
      for index in task * tile..<min(values.count, (task + 1) * tile) {
        let bits = generator.block(UInt64(index / 4))[index % 4]
        unsafe values.base[index] = (Float(bits >> 8) * 0x1p-23 - 1) * bound
      }
    }
  }
}

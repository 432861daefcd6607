// SPDX-License-Identifier: Apache-2.0

import CKernels
import SPINStorage

extension CPUDevice {
  /// See `RotaryEmbedding.rotate(_:samples:backward:on:)`.
  public func rotate(
    _ heads: MatrixView, by rotary: RotaryEmbedding, samples: [Range<Int>], backward: Bool
  ) {
    let (headSize, half) = (rotary.headSize, rotary.headSize / 2)
    let kernels = unsafe kernels
    forEach(samples.count) { _, task in
      for row in samples[task] {
        let start = (row - samples[task].lowerBound) * half
        for head in stride(from: 0, to: heads.columns, by: headSize) {
          unsafe kernels.rotate(
            heads.pointer(row: row) + head, rotary.cosine.base + start, rotary.sine.base + start,
            backward ? -1 : 1, half)
        }
      }
    }
  }

  /// See `RotaryEmbedding.rotate(_:positions:on:)`.
  public func rotate(_ heads: MatrixView, by rotary: RotaryEmbedding, positions: [Int]) {
    let (headSize, half) = (rotary.headSize, rotary.headSize / 2)
    let kernels = unsafe kernels
    for (row, position) in positions.enumerated() {
      for head in stride(from: 0, to: heads.columns, by: headSize) {
        unsafe kernels.rotate(
          heads.pointer(row: row) + head, rotary.cosine.base + position * half,
          rotary.sine.base + position * half, 1, half)
      }
    }
  }
}

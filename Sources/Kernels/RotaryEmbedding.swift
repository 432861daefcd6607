// SPDX-License-Identifier: Apache-2.0

import CKernels
import Foundation
import SPINStorage

/// Rotary position embedding: each head's two halves, rotated by position-dependent angles.
///
/// At position p, pair i of a head of size E turns by p * frequency[i]:
///
///     u' = u cos - v sin,   v' = v cos + u sin     (u the first half of the head, v the second)
///
/// The gradient turns back. Angles are rounded to Float32 as transformers rounds them: p * frequency
/// in Float32, then cosine and sine.
///
/// - Source: Su et al. 2021, arXiv:2104.09864; `rotate_half` in transformers.
public struct RotaryEmbedding: Sendable {
  /// Positions from 0 that the table holds.
  public let positionCount: Int
  /// Size of a head, E.
  public let headSize: Int
  private let cosine: FloatBuffer
  private let sine: FloatBuffer

  /// Tabulates the angles of positions 0 to `positionCount`.
  ///
  /// - Parameters:
  ///   - frequencies: `[E / 2]`, radians per position.
  ///   - attentionScaling: Multiplies cosines and sines; 1 but for some long-context schemes.
  public init(frequencies: [Float], positionCount: Int, attentionScaling: Float = 1) {
    let half = frequencies.count
    let (cosine, sine) = (
      FloatBuffer(count: positionCount * half), FloatBuffer(count: positionCount * half)
    )
    for position in 0..<positionCount {
      for (index, frequency) in frequencies.enumerated() {
        let angle = Double(Float(position) * frequency)
        cosine[position * half + index] = Float(cos(angle)) * attentionScaling
        sine[position * half + index] = Float(sin(angle)) * attentionScaling
      }
    }
    (self.cosine, self.sine) = (cosine, sine)
    self.positionCount = positionCount
    headSize = half * 2
  }

  /// Turns the heads of `rows` in place; within each sample, positions count from 0.
  ///
  /// - Parameters:
  ///   - heads: `[T, heads * E]`.
  ///   - samples: The rows of each sample.
  ///   - backward: Whether to turn back, as the gradient does.
  public func rotate(
    _ heads: MatrixView, samples: [Range<Int>], backward: Bool = false, on compute: Compute
  ) {
    let half = headSize / 2
    precondition(heads.columns % headSize == 0, "columns are not whole heads")
    precondition(samples.allSatisfy { $0.count <= positionCount }, "sample longer than the table")
    let kernels = unsafe compute.kernels
    compute.forEach(samples.count) { _, task in
      for row in samples[task] {
        let start = (row - samples[task].lowerBound) * half
        for head in stride(from: 0, to: heads.columns, by: headSize) {
          unsafe kernels.rotate(
            heads.pointer(row: row) + head, cosine.base + start, sine.base + start,
            backward ? -1 : 1, half)
        }
      }
    }
  }

  /// Turns the heads of each row in place to a position of its own.
  ///
  /// - Parameters:
  ///   - heads: `[B, heads * E]`.
  ///   - positions: B positions below `positionCount`.
  public func rotate(_ heads: MatrixView, positions: [Int], on compute: Compute) {
    precondition(heads.columns % headSize == 0, "columns are not whole heads")
    precondition(heads.rows == positions.count, "positions: count")
    precondition(positions.allSatisfy { 0..<positionCount ~= $0 }, "position beyond the table")
    let half = headSize / 2
    let kernels = unsafe compute.kernels
    for (row, position) in positions.enumerated() {
      for head in stride(from: 0, to: heads.columns, by: headSize) {
        unsafe kernels.rotate(
          heads.pointer(row: row) + head, cosine.base + position * half,
          sine.base + position * half, 1, half)
      }
    }
  }
}

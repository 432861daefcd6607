// SPDX-License-Identifier: Apache-2.0

import Foundation
package import SPINStorage

/// Rotary position embedding: rotates the two halves of each head by position-dependent angles.
///
/// At position p, pair i of a head of size E is rotated by p * frequency[i]:
///
///     u' = u cos - v sin,   v' = v cos + u sin     (u the first half of the head, v the second)
///
/// The gradient is rotated by the opposite angle. Angles are rounded as in transformers: p *
/// frequency in Float32, then cosine and sine.
///
/// - Source: Su et al. 2021, arXiv:2104.09864; `rotate_half` in transformers.
public struct RotaryEmbedding: Sendable {
  /// The number of positions in the table, from 0.
  public let positionCount: Int
  /// The size of a head, E.
  public let headSize: Int
  /// Cosines and sines, `[positionCount, E / 2]`.
  package let cosine, sine: FloatBuffer

  /// Tabulates the angles of positions 0 to `positionCount` - 1.
  ///
  /// - Parameters:
  ///   - frequencies: `[E / 2]`, radians per position.
  ///   - attentionScaling: The factor of cosines and sines; 1 except in some long-context schemes.
  public init(frequencies: [Float], positionCount: Int, attentionScaling: Float = 1) {
    let half = frequencies.count
    var (cosine, sine) = ([Float](), [Float]())
    cosine.reserveCapacity(positionCount * half)
    sine.reserveCapacity(positionCount * half)
    for position in 0..<positionCount {
      for frequency in frequencies {
        let angle = Double(Float(position) * frequency)
        cosine.append(Float(cos(angle)) * attentionScaling)
        sine.append(Float(sin(angle)) * attentionScaling)
      }
    }
    (self.cosine, self.sine) = (FloatBuffer(cosine), FloatBuffer(sine))
    self.positionCount = positionCount
    headSize = half * 2
  }

  /// Rotates the heads of the samples in place; positions count from 0 in each sample.
  ///
  /// - Parameters:
  ///   - heads: `[T, heads * E]`.
  ///   - samples: The rows of each sample.
  ///   - backward: Whether to rotate by the opposite angle, for the gradient.
  ///   - device: Where to compute.
  public func rotate(
    _ heads: MatrixView, samples: [Range<Int>], backward: Bool = false, on device: any Device
  ) {
    precondition(heads.columns % headSize == 0, "columns are not whole heads")
    precondition(samples.allSatisfy { $0.count <= positionCount }, "sample longer than the table")
    device.rotate(heads, by: self, samples: samples, backward: backward)
  }

  /// Rotates the heads of each row in place, each row for its own position.
  ///
  /// - Parameters:
  ///   - heads: `[B, heads * E]`.
  ///   - positions: B positions below `positionCount`.
  ///   - device: Where to compute.
  public func rotate(_ heads: MatrixView, positions: [Int], on device: any Device) {
    precondition(heads.columns % headSize == 0, "columns are not whole heads")
    precondition(heads.rows == positions.count, "positions: count")
    precondition(positions.allSatisfy { 0..<positionCount ~= $0 }, "position beyond the table")
    device.rotate(heads, by: self, positions: positions)
  }
}

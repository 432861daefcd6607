// SPDX-License-Identifier: Apache-2.0

import CKernels
import Foundation
package import SPINStorage
import Synchronization

/// The hyperparameters of one AdamW step.
///
/// For each element, with g the gradient times `gradientScale` and t the step number, counted from
/// 1:
///
///     m = m + (1 - beta1) (g - m)
///     v = beta2 v + (1 - beta2) g^2
///     value = value (1 - rate decay) - rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
///
/// - Source: Loshchilov & Hutter 2019, arXiv:1711.05101; `_single_tensor_adamw` of PyTorch, whose
///   order of operations is followed here. Each coefficient is computed in double precision and
///   rounded once.
public struct AdamWStep: Sendable, Hashable {
  /// The learning rate of this step.
  public var learningRate: Double
  /// The decay rate of the running mean of gradients (m).
  public var beta1: Double
  /// The decay rate of the running mean of squared gradients (v).
  public var beta2: Double
  /// Added to the square root in the denominator, against division by zero.
  public var epsilon: Double
  /// The decoupled weight decay: each step multiplies a value by 1 - learningRate * weightDecay.
  public var weightDecay: Double
  /// The factor by which gradients are multiplied first, for gradient clipping.
  public var gradientScale: Float
  /// The number of this step, counted from 1.
  public var number: Int

  /// A step of AdamW; the defaults are PyTorch's, without weight decay.
  public init(
    learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0, gradientScale: Float = 1, number: Int
  ) {
    precondition(number >= 1, "steps are counted from 1")
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.gradientScale = gradientScale
    self.number = number
  }

  var coefficients: spin_adamw {
    spin_adamw(
      gradient_scale: gradientScale, value_keep: Float(1 - learningRate * weightDecay),
      mean_rate: Float(1 - beta1), square_keep: Float(beta2), square_rate: Float(1 - beta2),
      step_size: Float(learningRate / (1 - pow(beta1, Double(number)))),
      root_correction: Float((1 - pow(beta2, Double(number))).squareRoot()),
      epsilon: Float(epsilon))
  }
}

/// The two running means that AdamW maintains for each parameter, in memory or in a file.
public final class AdamWMoments: Sendable {
  private enum Place: Sendable {
    case memory(mean: FloatBuffer, square: FloatBuffer)
    case file(RandomAccessFile, offset: Int)
  }

  /// The number of parameters.
  public let count: Int
  private let place: Place

  /// Elements updated in one task; with gradients and moments they take 512 KiB, so that they stay
  /// in a second-level cache.
  static let tile = 1 << 15

  /// Moments of zero in the memory of a device.
  public init(count: Int, on device: any Device) {
    self.count = count
    place = .memory(mean: device.buffer(count: count), square: device.buffer(count: count))
  }

  /// The means and the means of squares; nil where they are in a file.
  package var buffers: (mean: FloatBuffer, square: FloatBuffer)? {
    guard case .memory(let mean, let square) = place else { return nil }
    return (mean, square)
  }

  /// Moments in a file, which must be large enough.
  ///
  /// They occupy `byteCount(count)` bytes from `offset`, which must be zero at first. The operating
  /// system caches what fits in memory.
  package init(count: Int, file: RandomAccessFile, offset: Int) {
    self.count = count
    place = .file(file, offset: offset)
  }

  /// The size in bytes of the moments of `count` parameters.
  public static func byteCount(_ count: Int) -> Int { 8 * count }

  /// Calls `body` with the moments of a tile, which it updates in place.
  @unsafe func update(
    _ range: Range<Int>, room: UnsafeMutablePointer<Float>,
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) throws {
    switch place {
    case .memory(let mean, let square):
      unsafe body(mean.base + range.lowerBound, square.base + range.lowerBound)
    case .file(let file, let offset):
      // A tile's means are followed by its squares, so that one read or write moves both.
      let at = offset + Self.byteCount(range.lowerBound)
      let both = unsafe UnsafeMutableRawBufferPointer(
        start: room, count: Self.byteCount(range.count))
      var span = unsafe both.mutableBytes
      try file.read(into: &span, at: at)
      unsafe body(room, room + range.count)
      try unsafe file.write(both.bytes, at: at)
    }
  }

  /// Reads or writes the moments tile by tile, for a checkpoint of the training.
  ///
  /// - Parameters:
  ///   - isWritten: Whether the values that `body` leaves are stored as the moments. `body` must
  ///     then write all of them: those it is given may be stale.
  ///   - device: The device whose memory holds them.
  ///   - body: Called with the range of parameters of each tile and with their means followed by
  ///     their means of squares.
  package func forEachTile(
    isWritten: Bool, on device: any Device,
    _ body: (Range<Int>, inout MutableSpan<Float>) throws -> Void
  ) throws {
    let room = FloatBuffer(count: 2 * min(count, Self.tile))
    for start in stride(from: 0, to: count, by: Self.tile) {
      let range = start..<min(count, start + Self.tile)
      let both = 0..<2 * range.count
      switch place {
      case .memory(let mean, let square):
        let parts = [(mean, 0..<range.count), (square, range.count..<both.upperBound)]
        for (buffer, part) in parts {
          device.download(buffer, range) { values in
            room.withMutableSpan(part) { Self.copy(values, to: &$0) }
          }
        }
        try room.withMutableSpan(both) { try body(range, &$0) }
        guard isWritten else { continue }
        for (buffer, part) in parts {
          device.upload(buffer, range) { target in
            room.withSpan(part) { Self.copy($0, to: &target) }
          }
        }
      case .file(let file, let offset):
        let at = offset + Self.byteCount(start)
        try room.withMutableSpan(both) { span in
          if !isWritten { try file.read(into: &span, at: at) }
          try body(range, &span)
        }
        if isWritten { try room.withSpan(both) { try file.write($0, at: at) } }
      }
    }
  }

  private static func copy(_ source: Span<Float>, to target: inout MutableSpan<Float>) {
    for index in 0..<source.count { target[index] = source[index] }
  }
}

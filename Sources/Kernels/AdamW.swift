// SPDX-License-Identifier: Apache-2.0

import CKernels
import Foundation
public import SPINStorage
import Synchronization

/// The numbers that decide an AdamW step.
///
/// With g the gradient times `gradientScale`, t the step counted from 1, element by element:
///
///     m = m + (1 - beta1) (g - m)
///     v = beta2 v + (1 - beta2) g^2
///     value = value (1 - rate decay) - rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
///
/// - Source: Loshchilov & Hutter 2019, arXiv:1711.05101; `_single_tensor_adamw` of PyTorch, whose
///   order of operations this is. Each coefficient is computed in double precision and rounded once.
public struct AdamWStep: Sendable, Hashable {
  /// The learning rate of this step.
  public var learningRate: Double
  /// The decay of the mean of gradients.
  public var beta1: Double
  /// The decay of the mean of their squares.
  public var beta2: Double
  /// Added to the root.
  public var epsilon: Double
  /// How much of a value a learning rate of 1 would take away.
  public var weightDecay: Double
  /// What gradients are multiplied by first, as clipping asks for.
  public var gradientScale: Float
  /// Which step, counted from 1.
  public var number: Int

  /// A step.
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

/// The two means that AdamW keeps of each parameter, in memory or in a file.
public final class AdamWMoments: Sendable {
  private enum Place: Sendable {
    case memory(mean: FloatBuffer, square: FloatBuffer)
    case file(RandomAccessFile, offset: Int)
  }

  /// How many parameters they belong to.
  public let count: Int
  private let place: Place

  /// Elements that are updated as one task: with its moments a quarter of a second-level cache.
  static let tile = 1 << 15

  /// Zeros in memory.
  public init(count: Int) {
    self.count = count
    place = .memory(mean: FloatBuffer(count: count), square: FloatBuffer(count: count))
  }

  /// Numbers in a file, which has to hold them.
  ///
  /// They take `byteCount(count)` bytes from an offset on, zeros at first. The system keeps in its cache what it has room for.
  package init(count: Int, file: RandomAccessFile, offset: Int) {
    self.count = count
    place = .file(file, offset: offset)
  }

  /// Bytes that the moments of so many parameters take.
  public static func byteCount(_ count: Int) -> Int { 8 * count }

  /// Calls `body` with the moments of a tile, and keeps what it makes of them.
  @unsafe fileprivate func update(
    _ range: Range<Int>, room: UnsafeMutablePointer<Float>,
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) throws {
    switch place {
    case .memory(let mean, let square):
      unsafe body(mean.base + range.lowerBound, square.base + range.lowerBound)
    case .file(let file, let offset):
      // A tile's means and then its squares, so that one operation moves both.
      let at = offset + Self.byteCount(range.lowerBound)
      let both = unsafe UnsafeMutableRawBufferPointer(
        start: room, count: Self.byteCount(range.count))
      var span = unsafe both.mutableBytes
      try file.read(into: &span, at: at)
      unsafe body(room, room + range.count)
      try unsafe file.write(both.bytes, at: at)
    }
  }

  /// Reads or writes the moments tile by tile, for a file that keeps them.
  ///
  /// - Parameter body: Called with the place of each tile and its means and squares, one after the
  ///   other; what it leaves there is kept if `isWritten`.
  package func forEachTile(
    isWritten: Bool, _ body: (Range<Int>, inout MutableSpan<Float>) throws -> Void
  ) throws {
    let room = FloatBuffer(count: 2 * min(count, Self.tile))
    for start in stride(from: 0, to: count, by: Self.tile) {
      let range = start..<min(count, start + Self.tile)
      let both = 0..<2 * range.count
      switch place {
      case .memory(let mean, let square):
        unsafe room.base.update(from: mean.base + start, count: range.count)
        unsafe (room.base + range.count).update(from: square.base + start, count: range.count)
        try room.withMutableSpan(both) { try body(range, &$0) }
        guard isWritten else { continue }
        unsafe (mean.base + start).update(from: room.base, count: range.count)
        unsafe (square.base + start).update(from: room.base + range.count, count: range.count)
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
}

extension Compute {
  /// One step of AdamW; gradients become zero.
  ///
  /// - Throws: `SPINError` where moments lie in a file that cannot be read or written.
  public func adamW(
    _ values: FloatBuffer, gradient: FloatBuffer, moments: AdamWMoments, _ step: AdamWStep
  ) throws {
    precondition(moments.count == values.count, "moments: count")
    precondition(gradient.count >= values.count, "gradient: count")
    let kernels = unsafe kernels
    let tile = AdamWMoments.tile
    let scratch = unsafe perWorker(2 * min(tile, values.count))
    let failure = Mutex<(any Error)?>(nil)
    let coefficients = step.coefficients
    forEach((values.count + tile - 1) / tile) { worker, task in
      let range = task * tile..<min(values.count, (task + 1) * tile)
      do {
        try unsafe moments.update(range, room: scratch[worker]) { mean, square in
          var coefficients = coefficients
          unsafe kernels.adamw(
            values.base + range.lowerBound, gradient.base + range.lowerBound, mean, square,
            range.count, &coefficients)
        }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// The sum of the squares of some numbers in double precision.
  ///
  /// Blocks of 32,768 numbers are added in order; within a block sixteen interleaved partial sums and
  /// a fixed tree.
  public func sumOfSquares(_ values: FloatBuffer, count: Int) -> Double {
    precondition(count <= values.count, "count")
    let kernels = unsafe kernels
    let tile = AdamWMoments.tile
    var sums = [Double](repeating: 0, count: (count + tile - 1) / tile)
    let taskCount = sums.count
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      let sums = unsafe sums
      forEach(taskCount) { _, task in
        unsafe sums[task] = kernels.sum_of_squares(
          values.base + task * tile, min(tile, count - task * tile))
      }
    }
    return sums.reduce(0, +)
  }

  /// Sets numbers to zero.
  public func clear(_ values: FloatBuffer, count: Int) {
    precondition(count <= values.count, "count")
    let tile = AdamWMoments.tile
    forEach((count + tile - 1) / tile) { _, task in
      unsafe (values.base + task * tile).update(
        repeating: 0, count: min(tile, count - task * tile))
    }
  }
}

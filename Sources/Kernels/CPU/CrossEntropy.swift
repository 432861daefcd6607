// SPDX-License-Identifier: Apache-2.0

import CKernels
import Foundation
import SPINStorage

/// The negative log-likelihood of one token per row of logits, forward and backward.
///
///     loss = log(sum over j of exp(z_j)) - z_target
///     dz_j = weight * (softmax(z)_j - [j == target])
///
/// Exponentials are added in Float32 within blocks of 1,024 logits; the blocks are added in double
/// precision.
extension CPUDevice {
  /// The loss of each row, in nats.
  ///
  /// - Parameters:
  ///   - logits: `[R, V]`.
  ///   - targets: R token ids below V.
  public func crossEntropy(_ logits: MatrixView, targets: [Int32]) -> [Double] {
    losses(logits, targets: targets, weights: nil)
  }

  /// The loss of each row, in nats; replaces the logits by their gradients.
  ///
  /// - Parameters:
  ///   - logits: `[R, V]`, replaced by dz.
  ///   - targets: R token ids below V.
  ///   - weights: R factors, those of each row's loss in the total loss. The returned losses do not
  ///     include them.
  public func crossEntropyGradient(
    _ logits: MatrixView, targets: [Int32], weights: [Float]
  ) -> [Double] {
    precondition(weights.count == logits.rows, "weights: count")
    return losses(logits, targets: targets, weights: weights)
  }

  private func losses(_ logits: MatrixView, targets: [Int32], weights: [Float]?) -> [Double] {
    precondition(targets.count == logits.rows, "targets: count")
    precondition(targets.allSatisfy { $0 >= 0 && Int($0) < logits.columns }, "target out of range")
    let kernels = unsafe kernels
    let columns = logits.columns
    var result = [Double](repeating: 0, count: logits.rows)
    unsafe result.withUnsafeMutableBufferPointer { result in
      let result = unsafe result
      forEach(logits.rows) { _, row in
        let logits = unsafe logits.pointer(row: row)
        let (target, count) = (Int(targets[row]), columns)
        var max: Float = 0
        let sum = unsafe kernels.exponential_sum(logits, count, &max)
        unsafe result[row] = log(sum) + (Double(max) - Double(logits[target]))
        if let weights {
          unsafe kernels.cross_entropy_gradient(logits, count, target, max, sum, weights[row])
        }
      }
    }
    return result
  }
}

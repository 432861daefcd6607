// SPDX-License-Identifier: Apache-2.0

import CKernels
public import SPINStorage

/// Root-mean-square normalization of each row, forward and backward.
///
/// With r = 1 / sqrt(mean(x^2) + epsilon), for each row:
///
///     y = x * r * gain
///     dx = r * (dy * gain - x * r^2 * mean(dy * gain * x))
///     dgain = sum over rows of dy * x * r
///
/// The sums of the means are sixteen interleaved partial sums, added in a fixed tree.
///
/// - Edge Cases: an all-zero row gives y = 0 and dx = dy * gain / sqrt(epsilon).
/// - Source: Zhang & Sennrich 2019, arXiv:1910.07467; `LlamaRMSNorm` in transformers.
extension CPUDevice {
  /// Computes y.
  ///
  /// - Parameters:
  ///   - input: x `[T, D]`.
  ///   - gain: `[D]`.
  ///   - epsilon: `rms_norm_eps` of the configuration, > 0.
  ///   - output: y `[T, D]`; may be the input.
  public func rmsNorm(
    _ input: MatrixView, gain: FloatBuffer, epsilon: Float, output: MatrixView
  ) {
    precondition(gain.count == input.columns && output.columns == input.columns, "gain: shape")
    precondition(output.rows == input.rows, "output: shape")
    let kernels = unsafe kernels
    forEachRowBlock(input.rows) { rows in
      for row in rows {
        unsafe kernels.rms_norm(
          input.pointer(row: row), gain.base, epsilon, input.columns, output.pointer(row: row))
      }
    }
  }

  /// Computes base + dx.
  ///
  /// - Parameters:
  ///   - input: x `[T, D]`, as in the forward pass.
  ///   - outputGradient: dy `[T, D]`.
  ///   - base: `[T, D]`, the gradient that reaches x by the residual connection; may be the result.
  ///   - result: `[T, D]`; may also be `outputGradient`.
  public func rmsNormInputGradient(
    _ input: MatrixView, gain: FloatBuffer, epsilon: Float, outputGradient: MatrixView,
    base: MatrixView, result: MatrixView
  ) {
    precondition(gain.count == input.columns, "gain: shape")
    precondition(outputGradient.rows == input.rows && base.rows == input.rows, "gradient: shape")
    precondition(result.rows == input.rows && result.columns == input.columns, "result: shape")
    let kernels = unsafe kernels
    forEachRowBlock(input.rows) { rows in
      for row in rows {
        unsafe kernels.rms_norm_gradient(
          input.pointer(row: row), gain.base, outputGradient.pointer(row: row),
          base.pointer(row: row), epsilon, input.columns, result.pointer(row: row))
      }
    }
  }

  /// Adds dgain, sample by sample, each as one chain of fused multiply-adds over its rows.
  ///
  /// - Parameters:
  ///   - input: x `[T, D]`, as in the forward pass.
  ///   - epsilon: As in the forward pass.
  ///   - outputGradient: dy `[T, D]`.
  ///   - samples: The rows of each sample, in the order in which they are added.
  ///   - result: `[D]`, added to.
  public func addGainGradient(
    _ input: MatrixView, epsilon: Float, outputGradient: MatrixView, samples: [Range<Int>],
    to result: FloatBuffer
  ) {
    precondition(result.count >= input.columns, "result: shape")
    precondition(
      outputGradient.rows == input.rows && outputGradient.columns == input.columns,
      "gradient: shape")
    precondition(samples.allSatisfy { $0.upperBound <= input.rows }, "sample outside the rows")
    let kernels = unsafe kernels
    let inverse = unsafe shared(input.rows)
    forEachRowBlock(input.rows) { rows in
      for row in rows {
        unsafe inverse[row] = kernels.inverse_rms(
          input.pointer(row: row), epsilon, input.columns)
      }
    }
    forEachColumnBlock(input.columns) { columns in
      for sample in samples where !sample.isEmpty {
        let (row, column) = (sample.lowerBound, columns.lowerBound)
        unsafe kernels.add_gain_gradient(
          outputGradient.pointer(row: row) + column, outputGradient.stride,
          input.pointer(row: row) + column, input.stride, inverse + row, sample.count,
          columns.count, result.base + column)
      }
    }
  }

  /// Adds the gradient of a bias, the sum over rows of dy, sample by sample, each as one chain of
  /// additions over its rows.
  ///
  /// - Parameters:
  ///   - outputGradient: dy `[T, N]`.
  ///   - samples: The rows of each sample, in the order in which they are added.
  ///   - result: `[N]`, added to.
  public func addBiasGradient(
    _ outputGradient: MatrixView, samples: [Range<Int>], to result: FloatBuffer
  ) {
    precondition(result.count >= outputGradient.columns, "result: shape")
    precondition(samples.allSatisfy { $0.upperBound <= outputGradient.rows }, "sample outside")
    let kernels = unsafe kernels
    forEachColumnBlock(outputGradient.columns) { columns in
      for sample in samples where !sample.isEmpty {
        unsafe kernels.add_column_sums(
          outputGradient.pointer(row: sample.lowerBound) + columns.lowerBound,
          outputGradient.stride, sample.count, columns.count, result.base + columns.lowerBound)
      }
    }
  }

  /// result = a + b, row by row; the result may be either.
  public func add(_ a: MatrixView, _ b: MatrixView, result: MatrixView) {
    precondition(a.rows == b.rows && a.columns == b.columns, "b: shape")
    precondition(result.rows == a.rows && result.columns == a.columns, "result: shape")
    let kernels = unsafe kernels
    forEachRowBlock(a.rows) { rows in
      for row in rows {
        unsafe kernels.add(
          a.pointer(row: row), b.pointer(row: row), a.columns, result.pointer(row: row))
      }
    }
  }

  /// Distributes rows among threads in blocks of 32.
  func forEachRowBlock(_ count: Int, _ body: (Range<Int>) -> Void) {
    let block = 32
    forEach((count + block - 1) / block) { _, task in
      body(task * block..<min(count, (task + 1) * block))
    }
  }

  /// Distributes columns among threads in blocks of 64, which are four cache lines.
  func forEachColumnBlock(_ count: Int, _ body: (Range<Int>) -> Void) {
    let block = 64
    forEach((count + block - 1) / block) { _, task in
      body(task * block..<min(count, (task + 1) * block))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import CKernels
public import SPINStorage

/// Root-mean-square normalization of each row, forward beside backward.
///
/// With r = 1 / sqrt(mean(x^2) + epsilon), for each row:
///
///     y = x * r * gain
///     dx = r * (dy * gain - x * r^2 * mean(dy * gain * x))
///
/// Means are sums over sixteen interleaved partial sums, added in a fixed tree.
///
/// - Edge Cases: an all-zero row gives y = 0 and dx = dy * gain / sqrt(epsilon).
/// - Source: Zhang & Sennrich 2019, arXiv:1910.07467; `LlamaRMSNorm` in transformers.
extension Compute {
  /// y of the above.
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

  /// result = base + dx of the above.
  ///
  /// - Parameters:
  ///   - input: x `[T, D]`, as in the forward pass.
  ///   - outputGradient: dy `[T, D]`.
  ///   - base: `[T, D]`, what reaches x past the normalization; may be the result.
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

  /// Shares rows among threads in blocks of 32.
  func forEachRowBlock(_ count: Int, _ body: (Range<Int>) -> Void) {
    let block = 32
    forEach((count + block - 1) / block) { _, task in
      body(task * block..<min(count, (task + 1) * block))
    }
  }
}

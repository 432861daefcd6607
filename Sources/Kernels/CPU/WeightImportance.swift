// SPDX-License-Identifier: Apache-2.0

import CKernels

extension CPUDevice {
  /// |W| * A, element by element, for some rows of a weight and of the sum of its gradients.
  ///
  /// - Parameters:
  ///   - weight: W `[N, K]`.
  ///   - gradientSum: A `[N, K]`, the sum over samples of |dL/dW|.
  ///   - rows: The rows of W and A.
  ///   - result: `[rows, K]`; may be the same rows of A.
  /// - Source: Qian et al. 2025, arXiv:2410.16672, importance score (after SNIP, Lee et al. 2019).
  public func importance(
    _ weight: WeightMatrix, gradientSum: MatrixView, rows: Range<Int>, result: MatrixView
  ) {
    precondition(gradientSum.columns == weight.columns, "gradientSum: shape")
    precondition(rows.upperBound <= min(weight.rows, gradientSum.rows), "rows outside the matrix")
    precondition(result.rows == rows.count && result.columns == weight.columns, "result: shape")
    let kernels = unsafe kernels
    forEachRowBlock(rows.count) { block in
      for row in block {
        unsafe kernels.importance(
          weight.code, weight.pointer(row: rows.lowerBound + row),
          gradientSum.pointer(row: rows.lowerBound + row), weight.columns,
          result.pointer(row: row))
      }
    }
  }
}

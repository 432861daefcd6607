// SPDX-License-Identifier: Apache-2.0

import CKernels

extension CPUDevice {
  /// Row i of the result is row `indices[i]` of a matrix, widened to Float32.
  ///
  /// - Parameters:
  ///   - matrix: `[V, D]`, an embedding.
  ///   - indices: T row indices below V.
  ///   - result: `[T, D]`.
  public func gatherRows(_ matrix: WeightMatrix, _ indices: [Int32], into result: MatrixView) {
    precondition(result.rows == indices.count && result.columns == matrix.columns, "result: shape")
    precondition(indices.allSatisfy { $0 >= 0 && Int($0) < matrix.rows }, "index out of range")
    let kernels = unsafe kernels
    forEachRowBlock(indices.count) { rows in
      for row in rows {
        unsafe kernels.widen(
          matrix.code, matrix.pointer(row: Int(indices[row])), matrix.columns,
          result.pointer(row: row))
      }
    }
  }

  /// Adds row i of the gradient to row `indices[i]` of the result, in increasing i: the gradient of
  /// `gatherRows(_:_:into:)`.
  ///
  /// - Parameters:
  ///   - gradient: `[T, D]`.
  ///   - indices: T row indices below V, which may repeat.
  ///   - result: `[V, D]`, added to.
  public func addRows(_ gradient: MatrixView, _ indices: [Int32], to result: MatrixView) {
    precondition(gradient.rows == indices.count, "indices: count")
    precondition(gradient.columns == result.columns, "result: shape")
    precondition(indices.allSatisfy { $0 >= 0 && Int($0) < result.rows }, "index out of range")
    let kernels = unsafe kernels
    // Divided by columns, so that no two threads write the same element and each element's sum
    // stays in order.
    forEachColumnBlock(result.columns) { columns in
      for (row, index) in indices.enumerated() {
        let target = unsafe result.pointer(row: Int(index)) + columns.lowerBound
        unsafe kernels.add(
          target, gradient.pointer(row: row) + columns.lowerBound, columns.count, target)
      }
    }
  }

  /// Copies row `indices[i]` of the source to row i of the result.
  public func gatherRows(_ source: MatrixView, _ indices: [Int], into result: MatrixView) {
    precondition(result.rows == indices.count && result.columns == source.columns, "result: shape")
    for (row, index) in indices.enumerated() {
      precondition(index >= 0 && index < source.rows, "index out of range")
      unsafe result.pointer(row: row).update(
        from: source.pointer(row: index), count: source.columns)
    }
  }

  /// Copies row i of the source to row `indices[i]` of the result and sets the other rows to zero.
  public func scatterRows(_ source: MatrixView, _ indices: [Int], into result: MatrixView) {
    for row in 0..<result.rows {
      unsafe result.pointer(row: row).update(repeating: 0, count: result.columns)
    }
    replaceRows(source, indices, in: result)
  }

  /// Copies row i of the source to row `indices[i]` of the result and leaves the other rows
  /// unchanged.
  public func replaceRows(_ source: MatrixView, _ indices: [Int], in result: MatrixView) {
    precondition(source.rows == indices.count && result.columns == source.columns, "source: shape")
    for (row, index) in indices.enumerated() {
      precondition(index >= 0 && index < result.rows, "index out of range")
      unsafe result.pointer(row: index).update(
        from: source.pointer(row: row), count: source.columns)
    }
  }
}

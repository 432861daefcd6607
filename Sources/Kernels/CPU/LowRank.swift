// SPDX-License-Identifier: Apache-2.0

public import SPINStorage

/// The operations of low-rank changes of linear layers besides products, forward and backward.
///
/// Each operation on an element is rounded separately, never fused. Only the gradient of column
/// factors is a sum.
extension CPUDevice {
  /// x = factor * x.
  public func scale(_ matrix: MatrixView, by factor: Float) {
    forEachRowBlock(matrix.rows) { rows in
      for row in rows {
        let values = unsafe matrix.pointer(row: row)
        for column in 0..<matrix.columns { unsafe values[column] *= factor }
      }
    }
  }

  /// Copies the elements of a matrix to one of the same shape.
  public func copy(_ source: MatrixView, to result: MatrixView) {
    precondition(result.rows == source.rows && result.columns == source.columns, "result: shape")
    forEachRowBlock(source.rows) { rows in
      for row in rows {
        unsafe result.pointer(row: row).update(
          from: source.pointer(row: row), count: source.columns)
      }
    }
  }

  /// result = a - b, row by row; the result may be either.
  public func subtract(_ a: MatrixView, _ b: MatrixView, result: MatrixView) {
    precondition(b.rows == a.rows && b.columns == a.columns, "b: shape")
    precondition(result.rows == a.rows && result.columns == a.columns, "result: shape")
    forEachRowBlock(a.rows) { rows in
      for row in rows {
        let (x, y) = unsafe (a.pointer(row: row), b.pointer(row: row))
        let target = unsafe result.pointer(row: row)
        for column in 0..<a.columns { unsafe target[column] = x[column] - y[column] }
      }
    }
  }

  /// result = factor * x (+ bias) (+ result), with one factor per column.
  ///
  /// - Parameters:
  ///   - input: x `[T, N]`.
  ///   - factors: `[N]`.
  ///   - bias: `[N]`, added last; nil for none.
  ///   - result: `[T, N]`; may be the input unless `accumulates`.
  ///   - accumulates: Whether the product is added to the result instead of replacing it.
  public func scaleColumns(
    _ input: MatrixView, by factors: FloatBuffer, bias: FloatBuffer?, result: MatrixView,
    accumulates: Bool
  ) {
    precondition(factors.count == input.columns, "factors: count")
    precondition(bias.map { $0.count == input.columns } ?? true, "bias: count")
    precondition(result.rows == input.rows && result.columns == input.columns, "result: shape")
    forEachRowBlock(input.rows) { rows in
      for row in rows {
        let (values, target) = unsafe (input.pointer(row: row), result.pointer(row: row))
        let factors = unsafe factors.base
        if accumulates {
          for column in 0..<input.columns {
            unsafe target[column] += factors[column] * values[column]
          }
        } else {
          for column in 0..<input.columns {
            unsafe target[column] = factors[column] * values[column]
          }
        }
        guard let bias = unsafe bias?.base else { continue }
        for column in 0..<input.columns { unsafe target[column] += bias[column] }
      }
    }
  }

  /// Adds the gradient of the column factors: for each column, the sum over rows of dy * x /
  /// divisor.
  ///
  /// Order of sums: the products of a sample are added row by row, the sum is divided, and the
  /// quotients are added to the result in the order of the samples.
  ///
  /// - Parameters:
  ///   - input: x `[T, N]`.
  ///   - outputGradient: dy `[T, N]`.
  ///   - divisors: `[N]`.
  ///   - samples: The rows of each sample.
  ///   - result: `[N]`, added to.
  public func addColumnFactorGradient(
    _ input: MatrixView, outputGradient: MatrixView, divisors: FloatBuffer,
    samples: [Range<Int>], to result: FloatBuffer
  ) {
    precondition(outputGradient.rows == input.rows, "gradient: rows")
    precondition(outputGradient.columns == input.columns, "gradient: columns")
    precondition(divisors.count == input.columns && result.count >= input.columns, "result: count")
    precondition(samples.allSatisfy { $0.upperBound <= input.rows }, "sample outside the rows")
    // So few columns that their sums stay in registers or in the first-level cache.
    let width = 64
    forEach((input.columns + width - 1) / width) { _, task in
      let first = task * width
      let count = min(width, input.columns - first)
      var sums = [Float](repeating: 0, count: width)
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        for sample in samples {
          for column in 0..<count { unsafe sums[column] = 0 }
          for row in sample {
            let x = unsafe input.pointer(row: row) + first
            let dy = unsafe outputGradient.pointer(row: row) + first
            for column in 0..<count { unsafe sums[column] += dy[column] * x[column] }
          }
          for column in 0..<count {
            unsafe result.base[first + column] += sums[column] / divisors.base[first + column]
          }
        }
      }
    }
  }
}

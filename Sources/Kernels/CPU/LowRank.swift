// SPDX-License-Identifier: Apache-2.0

public import SPINStorage

/// What low-rank changes of a linear layer need besides products, forward and backward.
///
/// Every element is one rounded operation after another, never fused; only the gradient of a factor
/// of columns is a sum.
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

  /// Copies the elements of a matrix.
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

  /// result = factor * x (+ bias) (+ result), each column with a factor of its own.
  ///
  /// - Parameters:
  ///   - input: x `[T, N]`.
  ///   - factors: `[N]`.
  ///   - bias: `[N]`.
  ///   - result: `[T, N]`; may be the input where nothing is added to it.
  ///   - accumulates: Whether the result is added to.
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

  /// Adds the gradient of the factors of columns: for each column the sum over rows of
  /// dy * x / divisor.
  ///
  /// Order of sums: one chain of additions over the rows of a sample; the quotient of each sample's
  /// sum is added in the order of the samples.
  ///
  /// - Parameters:
  ///   - input: x `[T, N]`.
  ///   - outputGradient: dy `[T, N]`.
  ///   - divisors: `[N]`.
  ///   - samples: The rows of each sample.
  ///   - result: `[N]`.
  public func addColumnFactorGradient(
    _ input: MatrixView, outputGradient: MatrixView, divisors: FloatBuffer,
    samples: [Range<Int>], to result: FloatBuffer
  ) {
    precondition(outputGradient.rows == input.rows, "gradient: rows")
    precondition(outputGradient.columns == input.columns, "gradient: columns")
    precondition(divisors.count == input.columns && result.count >= input.columns, "result: count")
    precondition(samples.allSatisfy { $0.upperBound <= input.rows }, "sample outside the rows")
    // Few enough columns that their sums stay in registers or the first-level cache.
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

// SPDX-License-Identifier: Apache-2.0

/// The lower triangle L of A = L L', with which systems of equations in A are solved.
///
///     guard let factor = CholeskyFactor(matrix) else { ... }   // not positive definite
///     let x = factor.solve(b, columnCount: 1)
///
/// - Complexity: O(n^3 / 6) multiplications to make, O(n^2) a column to solve.
public struct CholeskyFactor: Sendable {
  private let order: Int
  /// Row-major; what lies right of the diagonal is zero.
  private let elements: [Double]

  /// Factors a matrix; nil where it is not positive definite, not-a-number included.
  public init?(_ matrix: SymmetricMatrix) {
    let n = matrix.order
    var lower = [Double](repeating: 0, count: n * n)
    for row in 0..<n {
      for column in 0...row {
        var rest = matrix[row, column]
        for k in 0..<column { rest -= lower[row * n + k] * lower[column * n + k] }
        guard row == column else {
          lower[row * n + column] = rest / lower[column * n + column]
          continue
        }
        guard rest > 0 else { return nil }
        lower[row * n + row] = rest.squareRoot()
      }
    }
    order = n
    elements = lower
  }

  /// X with A X = B.
  ///
  /// - Parameters:
  ///   - right: B `[n, columns]`, row by row.
  ///   - columnCount: The columns of B.
  /// - Returns: X `[n, columns]`, row by row.
  public func solve(_ right: [Double], columnCount m: Int) -> [Double] {
    precondition(right.count == order * m, "right: shape")
    var x = right
    // L Y = B from the first row on, then L' X = Y from the last.
    for row in 0..<order {
      for k in 0..<row { Self.subtract(elements[row * order + k], row: k, from: row, m, &x) }
      Self.divide(row, by: elements[row * order + row], m, &x)
    }
    for row in (0..<order).reversed() {
      for k in row + 1..<max(order, row + 1) {
        Self.subtract(elements[k * order + row], row: k, from: row, m, &x)
      }
      Self.divide(row, by: elements[row * order + row], m, &x)
    }
    return x
  }

  private static func subtract(
    _ factor: Double, row: Int, from target: Int, _ m: Int, _ x: inout [Double]
  ) {
    for column in 0..<m { x[target * m + column] -= factor * x[row * m + column] }
  }

  private static func divide(_ row: Int, by value: Double, _ m: Int, _ x: inout [Double]) {
    for column in 0..<m { x[row * m + column] /= value }
  }
}

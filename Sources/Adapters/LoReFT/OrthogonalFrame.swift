// SPDX-License-Identifier: Apache-2.0

/// A matrix Q `[D, r]` with orthonormal columns as a function of free numbers, for training.
///
/// With the reflections of what lies below the diagonal of X `[D, r]` and an orthogonal base B `[D, D]`:
///
///     Q(X) = -B (first r columns of H_1(X) .. H_r(X)),   Q(0) = first r columns of B
///
/// This is what `torch.nn.utils.parametrizations.orthogonal` does to a tall matrix by default
/// (`householder` with `use_trivialization`), so that the same optimizer takes the same way.
///
/// - Note: PyTorch draws the columns of B beyond the first r and keeps all D^2 numbers. Ours are those
///   of the r reflections that make the first ones, and take no memory. PyTorch also has the diagonal
///   of X as numbers, -1 each, which it cuts to integers: a step of weight decay makes them, and with
///   them Q, zero (`Tools/fixtures/loreft.py` shows it). Here they are constants.
package struct OrthogonalFrame: Sendable {
  /// D, the number of rows.
  package let size: Int
  /// r, the number of columns.
  package let rank: Int
  private let base: HouseholderReflectors
  private let signs: [Double]

  /// The frame that starts at the Q of a QR decomposition, R with a positive diagonal.
  ///
  /// - Parameter matrix: `[D, r]`, row by row, of full rank; normally distributed numbers make Q
  ///   uniform among all that are orthonormal (Mezzadri 2006, arXiv:math-ph/0609050).
  package init(startingAt matrix: [Double], size: Int, rank: Int) {
    self.size = size
    self.rank = rank
    (base, signs) = HouseholderReflectors.decompose(matrix, size: size, count: rank)
  }

  /// Q `[D, r]`, row by row.
  ///
  /// - Parameter free: X `[D, r]`.
  package func matrix(_ free: [Float]) -> [Double] {
    base.apply(to: signed(reflectors(free).firstColumns.map { -$0 }), columns: rank)
  }

  /// dX `[D, r]` from dQ, zero on the diagonal and above.
  package func gradient(_ free: [Float], of matrixGradient: [Double]) -> [Double] {
    let inner = signed(base.applyTransposed(to: matrixGradient, columns: rank))
    return reflectors(free).gradient(ofFirstColumns: inner.map { -$0 })
  }

  /// The first r columns of B are those of the reflections times the signs: so are its first r
  /// coordinates.
  private func signed(_ matrix: [Double]) -> [Double] {
    var result = matrix
    for row in 0..<rank where signs[row] < 0 {
      for column in 0..<rank { result[row * rank + column] *= -1 }
    }
    return result
  }

  private func reflectors(_ free: [Float]) -> HouseholderReflectors {
    HouseholderReflectors(below: free.map(Double.init), size: size, count: rank)
  }
}

// SPDX-License-Identifier: Apache-2.0

/// A product of reflections H_1 H_2 ... H_r of D-dimensional space, each
///
///     H = I - tau v v^T,   v = (0, .., 0, 1, a),   tau = 2 / |v|^2
///
/// where the 1 of the j-th vector stands in row j and the a below it.
///
/// Everything is in double precision and in index order: there are few numbers, and they decide where
/// training goes.
///
/// - Source: `torch.linalg.householder_product` with the tau of `_Orthogonal` in
///   `torch/nn/utils/parametrizations.py` (PyTorch 2.13).
package struct HouseholderReflectors: Sendable {
  /// D, the length of each reflector.
  package let size: Int
  /// r, the number of reflectors.
  package let count: Int
  /// The vectors v, `[r][D]`.
  private let vectors: [[Double]]
  private let factors: [Double]

  /// - Parameters:
  ///   - below: `[D, r]`, row by row; only what lies below the diagonal is looked at.
  ///   - size: D.
  ///   - count: r, less than D.
  package init(below: [Double], size: Int, count: Int) {
    precondition(below.count == size * count && count < size, "reflectors: shape")
    self.size = size
    self.count = count
    vectors = (0..<count).map { j in
      (0..<size).map { $0 < j ? 0 : $0 == j ? 1 : below[$0 * count + j] }
    }
    factors = vectors.map { vector in 2 / vector.reduce(0) { $0 + $1 * $1 } }
  }

  /// The reflections of a QR decomposition of a matrix of full rank `[D, r]`, and the signs of the
  /// diagonal of R.
  ///
  /// The first r columns of the product, each times its sign, are the Q whose R has a positive diagonal.
  package static func decompose(
    _ matrix: [Double], size: Int, count: Int
  ) -> (reflectors: HouseholderReflectors, signs: [Double]) {
    var columns = (0..<count).map { j in (0..<size).map { matrix[$0 * count + j] } }
    var below = [Double](repeating: 0, count: size * count)
    var signs: [Double] = []
    for j in 0..<count {
      let norm = columns[j][j...].reduce(0) { $0 + $1 * $1 }.squareRoot()
      let head = columns[j][j]
      // Away from the head, so that nothing cancels.
      let diagonal = head < 0 ? norm : -norm
      signs.append(diagonal < 0 ? -1 : 1)
      let pivot = head - diagonal
      precondition(pivot != 0, "matrix of lower rank")
      var vector = [Double](repeating: 0, count: size)
      for row in j..<size {
        vector[row] = row == j ? 1 : columns[j][row] / pivot
        if row > j { below[row * count + j] = vector[row] }
      }
      let factor = 2 / vector.reduce(0) { $0 + $1 * $1 }
      for other in j..<count {
        let product = (j..<size).reduce(0) { $0 + vector[$1] * columns[other][$1] }
        for row in j..<size { columns[other][row] -= factor * product * vector[row] }
      }
    }
    return (HouseholderReflectors(below: below, size: size, count: count), signs)
  }

  /// The product times X, for X `[D, columns]`, row by row.
  package func apply(to matrix: [Double], columns: Int) -> [Double] {
    var result = matrix
    for j in (0..<count).reversed() { reflect(&result, columns, j) }
    return result
  }

  /// The transposed product times X.
  package func applyTransposed(to matrix: [Double], columns: Int) -> [Double] {
    var result = matrix
    for j in 0..<count { reflect(&result, columns, j) }
    return result
  }

  /// The first r columns of the product, `[D, r]` row by row.
  package var firstColumns: [Double] { apply(to: Self.identity(size, count), columns: count) }

  /// The gradient of what lies below the diagonal, from that of `firstColumns`.
  ///
  /// Going through the reflections from the outermost, with Y the matrix that one reflected and G the
  /// gradient of what came out: dv = -tau (G Y^T v + Y G^T v), dtau = -v^T G Y^T v, and G of the next
  /// is H G. As tau = 2 / |v|^2, dtau adds -tau^2 dtau v to dv.
  ///
  /// - Returns: `[D, r]`, zero on the diagonal and above.
  package func gradient(ofFirstColumns gradient: [Double]) -> [Double] {
    var inputs: [[Double]] = []
    var matrix = Self.identity(size, count)
    for j in (0..<count).reversed() {
      inputs.append(matrix)
      reflect(&matrix, count, j)
    }
    var outer = gradient
    var result = [Double](repeating: 0, count: size * count)
    for j in 0..<count {
      let input = inputs[count - 1 - j]
      let (vector, factor) = (vectors[j], factors[j])
      let (along, outerAlong) = (project(input, count, j), project(outer, count, j))
      let factorGradient = -zip(along, outerAlong).reduce(0) { $0 + $1.0 * $1.1 }
      for row in j + 1..<size {
        var sum = 0.0
        for column in 0..<count {
          let place = row * count + column
          sum += outer[place] * along[column] + input[place] * outerAlong[column]
        }
        result[row * count + j] =
          -factor * sum - factor * factor * factorGradient * vector[row]
      }
      reflect(&outer, count, j)
    }
    return result
  }

  /// v^T X.
  private func project(_ matrix: [Double], _ columns: Int, _ j: Int) -> [Double] {
    var products = [Double](repeating: 0, count: columns)
    for row in j..<size {
      for column in 0..<columns {
        products[column] += vectors[j][row] * matrix[row * columns + column]
      }
    }
    return products
  }

  private func reflect(_ matrix: inout [Double], _ columns: Int, _ j: Int) {
    let products = project(matrix, columns, j)
    for row in j..<size {
      let scaled = factors[j] * vectors[j][row]
      for column in 0..<columns { matrix[row * columns + column] -= scaled * products[column] }
    }
  }

  private static func identity(_ size: Int, _ count: Int) -> [Double] {
    (0..<size * count).map { $0 / count == $0 % count ? 1 : 0 }
  }
}

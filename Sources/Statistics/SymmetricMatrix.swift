// SPDX-License-Identifier: Apache-2.0

/// A symmetric matrix in double precision, such as the similarities of n items.
public struct SymmetricMatrix: Sendable, Equatable {
  /// Its number of rows.
  public let order: Int
  /// All elements, row by row; both triangles are stored and equal to the bit.
  public private(set) var elements: [Double]

  /// The matrix of these elements; called for row >= column only.
  public init(order: Int, _ element: (_ row: Int, _ column: Int) -> Double) {
    precondition(order >= 0, "order is negative")
    self.order = order
    elements = [Double](repeating: 0, count: order * order)
    for row in 0..<order {
      for column in 0...row {
        let value = element(row, column)
        elements[row * order + column] = value
        elements[column * order + row] = value
      }
    }
  }

  /// One element.
  public subscript(row: Int, column: Int) -> Double {
    precondition(row >= 0 && row < order && column >= 0 && column < order, "outside the matrix")
    return elements[row * order + column]
  }

  /// H K H with H = I - 1 1' / n: the means of rows and columns taken out.
  ///
  /// A constant that is added to every element changes nothing but rounding.
  public var centered: SymmetricMatrix {
    let n = Double(order)
    let means = (0..<order).map { row in
      elements[row * order..<(row + 1) * order].reduce(0, +) / n
    }
    let mean = means.reduce(0, +) / n
    return SymmetricMatrix(order: order) { self[$0, $1] - (means[$0] + means[$1] - mean) }
  }

  /// The matrix with `value` added along the diagonal.
  public func addingToDiagonal(_ value: Double) -> SymmetricMatrix {
    var result = self
    for row in 0..<order { result.elements[row * order + row] += value }
    return result
  }

  /// The sum over i and j of A[i][j] * B[p(i)][p(j)], A this matrix and p a pairing of its rows with
  /// those of B: the trace of the product of A and the rearranged B.
  ///
  /// Row by row, the elements left of the diagonal counted twice.
  public func product(with other: SymmetricMatrix, pairing: [Int]) -> Double {
    precondition(other.order == order && pairing.count == order, "matrices of different order")
    var sum = 0.0
    for row in 0..<order {
      let start = row * order
      let otherStart = pairing[row] * order
      var left = 0.0
      for column in 0..<row {
        left += elements[start + column] * other.elements[otherStart + pairing[column]]
      }
      sum += 2 * left + elements[start + row] * other.elements[otherStart + pairing[row]]
    }
    return sum
  }
}
